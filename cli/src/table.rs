//! Tables for people: columns as wide as their widest cell on a terminal, amounts to the right. Cells are made
//! harmless here, so that no row ever takes more than one line; nothing is cut.

use paywright::text::escape_line;
use unicode_width::UnicodeWidthStr;

/// Between two columns.
const GAP: &str = "  ";

/// On which side of its column a cell stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Amounts and counts.
    Right,
}

/// A head and rows of the same length.
pub(crate) struct Table {
    sides: Vec<Side>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table; a column whose name begins with `>` is aligned to the right.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let side = |name: &&str| if name.starts_with('>') { Side::Right } else { Side::Left };
        let head = columns.iter().map(|name| name.trim_start_matches('>').to_owned()).collect();
        Table { sides: columns.iter().map(side).collect(), rows: vec![head] }
    }

    /// Adds a row of text from anywhere.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.iter().map(|cell| escape_line(cell).into_owned()).collect());
    }

    /// The head and the rows, aligned.
    pub(crate) fn lines(&self) -> Vec<String> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.sides.len()).map(width).collect();
        self.rows.iter().map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, side), width) in row.iter().zip(&self.sides).zip(widths) {
            let padding = " ".repeat(width - cell.width());
            match side {
                Side::Left => line.extend([cell, padding.as_str(), GAP]),
                Side::Right => line.extend([padding.as_str(), cell, GAP]),
            }
        }
        line.truncate(line.trim_end_matches(' ').len());
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: Chinese text does not push the columns behind it, amounts end in one column, and a cell that
    /// holds line ends stays on its line.
    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["what", ">amount", "note"]);
        table.row(["押金".into(), "1.00".into(), "a".into()]);
        table.row(["seat".into(), "100.00".into(), "b\r\nc".into()]);
        table.row(["".into(), "2.00".into(), "".into()]);
        assert_eq!(
            table.lines(),
            [
                "what  amount  note",
                "押金    1.00  a",
                "seat  100.00  b\\u{d}\\u{a}c",
                "        2.00",
            ]
        );
    }
}
