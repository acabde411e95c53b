//! QR codes of texts that gateways hand out to be scanned, as a picture or as modules. Encoding is the crate's; nothing
//! is fetched, and nothing but the text and the title is in the picture.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

use crate::api::guarded;
use crate::error::{Code, Error, Result};
use crate::text;

/// The quiet zone that scanners are promised.
const BORDER: i64 = 4;
/// Wider ones are the page's own space.
const BORDER_MAX: i64 = 16;
/// What the largest code holds as bytes when 15 % of it may be damaged.
const TEXT_BYTES_MAX: usize = 2331;
/// Who cannot see the picture hears this, unless the host says more.
const TITLE: &str = "QR code";
/// A title is read aloud.
const TITLE_CHARS_MAX: usize = 200;

/// A QR code as an SVG picture without a size of its own, in one path on a white ground.
///
/// Fails with `argument_missing` (no text), `too_large` (more than 2331 bytes), `argument_range` (the border) and the
/// codes of [`text::line`] (the title).
///
/// ```
/// let svg = paywright::display::qr_svg("weixin://wxpay/bizpayurl?pr=throwaway", None, Some("微信支付"))?;
/// assert!(svg.starts_with("<svg") && svg.contains("<title>微信支付</title>"));
/// # Ok::<(), paywright::error::Error>(())
/// ```
pub fn qr_svg(text: &str, border: Option<i64>, title: Option<&str>) -> Result<String> {
    guarded(|| {
        let border = border.unwrap_or(BORDER);
        if !(0..=BORDER_MAX).contains(&border) {
            return Err(Error::new(Code::ArgumentRange)
                .with("field", "border")
                .with("given", border)
                .with("rule", format_args!("0 to {BORDER_MAX}")));
        }
        let title = title.unwrap_or(TITLE);
        text::line("title", title, TITLE_CHARS_MAX)?;
        let code = encode(text)?;
        let width = i64::from(code.size()) + 2 * border;
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {width}\" \
             role=\"img\" shape-rendering=\"crispEdges\"><title>{}</title>\
             <path fill=\"#fff\" d=\"M0 0h{width}v{width}H0z\"/>\
             <path fill=\"#000\" d=\"{}\"/></svg>",
            escaped(title),
            path(&code, border)
        ))
    })
}

/// The rows of a QR code from the top, `1` for a dark module and `0` for a light one, without a quiet zone.
///
/// Fails with `argument_missing` (no text) and `too_large` (more than 2331 bytes).
pub fn qr_modules(text: &str) -> Result<Vec<String>> {
    guarded(|| {
        let code = encode(text)?;
        let module = |x, y| if code.get_module(x, y) { '1' } else { '0' };
        let row = |y| (0..code.size()).map(|x| module(x, y)).collect();
        Ok((0..code.size()).map(row).collect())
    })
}

fn encode(text: &str) -> Result<QrCode> {
    if text.is_empty() {
        return Err(Error::new(Code::ArgumentMissing)
            .with("field", "text")
            .with("rule", "a QR code of nothing leads nowhere"));
    }
    let too_large = || {
        Error::new(Code::TooLarge)
            .with("field", "text")
            .with("limit", format_args!("{TEXT_BYTES_MAX} bytes"))
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(too_large());
    }
    QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| too_large())
}

/// Dark modules as runs along the rows: `M` to the first, then around it.
fn path(code: &QrCode, border: i64) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or(0);
            if run > 0 {
                let (left, top) = (i64::from(x) + border, i64::from(y) + border);
                // Writing to a text cannot fail.
                let _ = write!(path, "M{left} {top}h{run}v1h-{run}z");
            }
            x += run + 1;
        }
    }
    path
}

/// A text as it may stand in any XML or HTML document.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text::escape_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: a title is text in the picture, whatever it holds; no host's page runs it.
    #[test]
    fn a_title_stays_text() {
        let hostile = "</title><script>alert(\"1\")</script>&'\u{202e}\n";
        let svg = qr_svg("x", None, Some(hostile)).unwrap();
        let shown = "<title>&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\\u{202e}\\u{a}</title>";
        assert!(svg.contains(shown), "{svg}");
        assert_eq!(svg.matches('<').count(), 6, "{svg}");
    }

    /// Protects: what cannot become a code that scanners read is refused with a code, never with a panic.
    #[test]
    fn limits() {
        let code = |result: Result<String>| result.unwrap_err().code();
        assert_eq!(code(qr_svg("", None, None)), Code::ArgumentMissing);
        let longest = "支".repeat(TEXT_BYTES_MAX / 3);
        assert_eq!(longest.len(), TEXT_BYTES_MAX);
        qr_svg(&longest, None, None).unwrap();
        assert_eq!(code(qr_svg(&(longest + "x"), None, None)), Code::TooLarge);
        qr_svg(&"7".repeat(TEXT_BYTES_MAX), None, None).unwrap();
        assert_eq!(qr_modules(&"7".repeat(9999)).unwrap_err().code(), Code::TooLarge);
        for border in [-1, 17, i64::MAX, i64::MIN] {
            assert_eq!(code(qr_svg("x", Some(border), None)), Code::ArgumentRange, "{border}");
        }
        assert_eq!(code(qr_svg("x", None, Some(&"t".repeat(201)))), Code::TooLarge);
        assert_eq!(code(qr_svg("x", None, Some("4111 1111 1111 1111"))), Code::CardNumber);
    }

    /// Protects: a code of the smallest kind has the size, the corners and the quiet zone of the standard.
    #[test]
    fn the_picture_is_what_the_modules_say() {
        let modules = qr_modules("A").unwrap();
        assert_eq!(modules.len(), 21);
        assert!(modules.iter().all(|row| row.len() == 21));
        assert!(modules[0].starts_with("11111110") && modules[0].ends_with("01111111"));
        let svg = qr_svg("A", None, None).unwrap();
        assert!(svg.contains("viewBox=\"0 0 29 29\"") && svg.contains("M4 4h7v1h-7z"), "{svg}");
        let bare = qr_svg("A", Some(0), None).unwrap();
        assert!(
            bare.contains("viewBox=\"0 0 21 21\"") && bare.contains("\"M0 0h7v1h-7z"),
            "{bare}"
        );
    }
}
