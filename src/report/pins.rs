//! The pinned releases.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{DIM, HANG, NEW};
use super::{Report, array};
use crate::fetch::Located;
use crate::tree::pin::Pin;

/// Pins, and where each release is on this machine.
pub(crate) struct PinList(pub Vec<(Option<Located>, Pin)>);

impl Report for PinList {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (local, pin) in &self.0 {
            let tarball = pin.tarballs.first().map_or("tree only", |tarball| &tarball.file_name);
            let (style, local) = match local {
                Some(local) => (NEW, local.path().display().to_string()),
                None => (DIM, "not available".to_owned()),
            };
            writeln!(out, "{:<18}{tarball:<25} {HANG}{style}{local}{style:#}", pin.name)?;
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let pins = array(&self.0, |(local, pin)| {
            json!({
                "name": pin.name, "version": pin.version.to_string(), "tag": pin.tag, "tree": pin.tree,
                "tarballs": array(&pin.tarballs, |one| json!({"url": one.url, "file": one.file_name, "sha256": one.sha256.to_string()})),
                "debian": pin.debian.as_ref().map(|one| json!({"suite": one.suite, "source": one.source})),
                "exclude": array(&pin.exclude, |path| path.as_str().into()),
                "local": local.as_ref().map(|local| match local {
                    Located::Tarball { path } => json!({"tarball": path}),
                    Located::Git { repository, .. } => json!({"git": repository}),
                }),
            })
        });
        Some(json!({"schema": 1, "pins": pins}))
    }
}

#[cfg(test)]
mod tests {
    use anstream::StripStream;

    use super::*;
    use crate::report::Format;
    use crate::tree::pin::PinSet;

    #[test]
    fn a_pin_is_listed_with_its_tarball() {
        let pins = ["python-3.0", "python-3.0.1"].map(|name| (None, PinSet::shipped().get(name).unwrap()));
        let mut text = Vec::new();
        PinList(pins.into()).write(Format::Text, &mut StripStream::new(&mut text)).unwrap();
        insta::assert_snapshot!(String::from_utf8(text).unwrap(), @r"
        python-3.0        tree only                 not available
        python-3.0.1      Python-3.0.1.tgz          not available
        ");
    }

    #[test]
    fn json_has_hashes_and_addresses() {
        let pin = PinSet::shipped().get("python-2.7.18").unwrap();
        insta::assert_snapshot!(format!("{:#}", PinList(vec![(None, pin)]).json().unwrap()), @r#"
        {
          "pins": [
            {
              "debian": {
                "source": "python2.7",
                "suite": "bullseye"
              },
              "exclude": [
                "Misc/NEWS",
                "Misc/NEWS.d",
                ".bzrignore",
                ".gitattributes",
                ".github",
                ".gitignore",
                ".hgeol",
                ".hgignore",
                ".hgtags",
                ".travis.yml"
              ],
              "local": null,
              "name": "python-2.7.18",
              "tag": "v2.7.18",
              "tarballs": [
                {
                  "file": "Python-2.7.18.tar.xz",
                  "sha256": "b62c0e7937551d0cc02b8fd5cb0f544f9405bafc9a54d3808ed4594812edef43",
                  "url": "https://www.python.org/ftp/python/2.7.18/Python-2.7.18.tar.xz"
                },
                {
                  "file": "Python-2.7.18.tgz",
                  "sha256": "da3080e3b488f648a3d7a4560ddee895284c3380b11d6de75edb986526b9a814",
                  "url": "https://www.python.org/ftp/python/2.7.18/Python-2.7.18.tgz"
                }
              ],
              "tree": "8133f47ade097d9fa33954a0211ea16b9088bfd3",
              "version": "2.7.18"
            }
          ],
          "schema": 1
        }
        "#);
    }
}
