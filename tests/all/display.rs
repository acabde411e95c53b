//! QR codes, read back from the picture by a decoder that others wrote. What a browser makes of the picture is not shown here.

use paywright::display::{qr_modules, qr_svg};
use proptest::prelude::*;

/// Pixels for each module of a picture.
const SCALE: usize = 4;

/// The number before the first character that is none, and the rest.
fn number(text: &str) -> (usize, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].parse().unwrap(), &text[end..])
}

/// The picture's modules, quiet zone and all: what its second path paints, read as a browser reads it.
fn painted(svg: &str) -> Vec<Vec<bool>> {
    let (width, _) = number(svg.split("viewBox=\"0 0 ").nth(1).unwrap());
    let mut picture = vec![vec![false; width]; width];
    let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
    for run in path.split('M').filter(|run| !run.is_empty()) {
        let (left, rest) = number(run);
        let (top, rest) = number(rest.strip_prefix(' ').unwrap());
        let (length, rest) = number(rest.strip_prefix('h').unwrap());
        assert_eq!(rest, format!("v1h-{length}z"));
        for module in &mut picture[top][left..left + length] {
            assert!(!std::mem::replace(module, true), "a module is painted once");
        }
    }
    picture
}

/// What a scanner reads.
fn scanned(svg: &str) -> String {
    let picture = painted(svg);
    let width = picture.len() * SCALE;
    let shade = |x: usize, y: usize| if picture[y / SCALE][x / SCALE] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, width, shade);
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}

/// Protects: payers' phones read what the gateway handed out: WeChat's short addresses, Alipay's long ones, any Unicode.
#[test]
fn scanners_read_what_was_given() {
    let alipay = format!("https://qr.alipay.com/{}?_s=web-other&t=", "bax0".repeat(67));
    assert!(alipay.len() > 300);
    for text in [
        "weixin://wxpay/bizpayurl?pr=throwaway00",
        "https://mock.example/checkout/token?a=1&b=2",
        alipay.as_str(),
        "https://example.com/支付?订单=测试🙂",
        "7",
        "0123456789012345678901234567890123456789",
        "HTTPS://EXAMPLE.COM/PAY/ABC-123",
    ] {
        assert_eq!(scanned(&qr_svg(text, None, None).unwrap()), text);
        let rows = qr_modules(text).unwrap();
        let bare = painted(&qr_svg(text, Some(0), None).unwrap());
        let same = bare.iter().map(|row| row.iter().map(|dark| if *dark { '1' } else { '0' }));
        assert_eq!(same.map(String::from_iter).collect::<Vec<_>>(), rows);
    }
}

/// Protects: an inline picture fetches nothing, runs nothing, and says what it is to who cannot see it.
#[test]
fn the_picture_stands_for_itself() {
    let svg = qr_svg("weixin://wxpay/bizpayurl?pr=x", None, Some("扫码支付")).unwrap();
    assert!(svg.contains("role=\"img\"") && svg.contains("<title>扫码支付</title>"));
    assert!(svg.contains("shape-rendering=\"crispEdges\""));
    let without_namespace = svg.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    for outside in ["http", "href", "url(", "script", "style", "weixin", "on"] {
        assert!(!without_namespace.contains(outside), "{outside}: {svg}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Protects: no text that fits is drawn as another one.
    #[test]
    fn any_text_is_read_back(text in "\\PC{1,120}") {
        prop_assert_eq!(scanned(&qr_svg(&text, None, None).unwrap()), text);
    }
}
