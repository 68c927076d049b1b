//! How a mail is encoded for its transfer: RFC 2045.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const NAME: &[u8] = b"content-transfer-encoding:";

/// A mail with its text as it was before it was encoded, and a header that says so. A text that cannot be decoded stays as it is.
pub(super) fn decoded(mail: Vec<u8>) -> Vec<u8> {
    let end = mail.windows(2).position(|pair| pair == b"\n\n").map_or(mail.len(), |at| at + 2);
    let (head, body) = mail.split_at(end);
    let is_encoding = |line: &&[u8]| line.to_ascii_lowercase().starts_with(NAME);
    let Some(line) = head.split(|byte| *byte == b'\n').find(is_encoding) else { return mail };
    let encoding = String::from_utf8_lossy(&line[NAME.len()..]).trim().to_lowercase();
    let text = match encoding.as_str() {
        "quoted-printable" => quoted_printable(body),
        "base64" => {
            let signs: Vec<u8> = body.iter().copied().filter(|sign| !sign.is_ascii_whitespace()).collect();
            STANDARD.decode(signs).ok()
        }
        _ => None,
    };
    match text {
        Some(text) => {
            // Whoever reads the result must not decode it once more.
            let at = head.windows(line.len()).position(|part| part == line).unwrap_or(0);
            let rest = &head[at + line.len()..];
            [&head[..at], b"Content-Transfer-Encoding: 8bit", rest, &text].concat()
        }
        None => mail,
    }
}

fn quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let (text, end) = match line.strip_suffix(b"\n") {
            Some(text) => (text.strip_suffix(b"\r").unwrap_or(text), &b"\n"[..]),
            None => (line, &b""[..]),
        };
        // A line that ends with `=` goes on in the next one.
        let (text, end) = text.strip_suffix(b"=").map_or((text, end), |text| (text, &b""[..]));
        let mut signs = text.iter();
        while let Some(sign) = signs.next() {
            out.push(match sign {
                b'=' => {
                    let digits = [*signs.next()?, *signs.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                other => *other,
            });
        }
        out.extend_from_slice(end);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn the_text_of_a_mail_is_decoded() {
        let mail = |encoding: &str, text: &str| {
            let mail = format!("From: a\nContent-Transfer-Encoding: {encoding}\n\n{text}");
            let decoded = decoded(mail.into_bytes());
            String::from_utf8(decoded).unwrap().split_once("\n\n").unwrap().1.to_owned()
        };
        assert_eq!(mail("quoted-printable", "+a=3Db=0D\nlong=\n line\n"), "+a=b\r\nlong line\n");
        assert_eq!(mail("Quoted-Printable", "broken =zz\n"), "broken =zz\n");
        assert_eq!(mail("base64", "K2EN\nCg==\n"), "+a\r\n");
        assert_eq!(mail("8bit", "=3D\n"), "=3D\n");
        let once = decoded(b"content-transfer-encoding: base64\nTo: b\n\nPTNE\n".to_vec());
        assert_eq!(once, b"Content-Transfer-Encoding: 8bit\nTo: b\n\n=3D");
        assert_eq!(decoded(once.clone()), once);
    }
}
