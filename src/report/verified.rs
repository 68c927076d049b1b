//! What was found out about pinned releases on this machine.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{DIM, HANG, NEW, OLD};
use super::{Report, array, counted};
use crate::fetch::{Signed, Verified};
use crate::tree::pin::Pin;

/// A pin, and everything that was compared with it.
pub(crate) struct VerifiedPin {
    /// The pin.
    pub pin: Pin,
    /// The tarballs and tags.
    pub checks: Vec<Verified>,
    /// The signatures of the tarballs that have the pinned digest, each with its file.
    pub signed: Vec<(std::path::PathBuf, Signed)>,
}

/// Pins that were verified.
pub(crate) struct VerifiedPins(pub Vec<VerifiedPin>);

impl VerifiedPin {
    fn is_available(&self) -> bool {
        self.checks.iter().any(|check| !check.is_unpinned())
    }

    fn is_wrong(&self) -> bool {
        self.checks.iter().any(|check| check.result.is_err() && !check.is_unpinned())
            || self.signed.iter().any(|(_, signed)| matches!(signed, Signed::Bad(_)))
    }
}

impl VerifiedPins {
    /// Whether something has another hash than its pin, cannot be read, or has a bad signature.
    pub(crate) fn is_wrong(&self) -> bool {
        self.0.iter().any(VerifiedPin::is_wrong)
    }
}

/// The state of a tarball or a tag in a word.
fn state(check: &Verified) -> &'static str {
    match &check.result {
        Ok(()) => "verified",
        Err(_) if check.is_wrong() => "WRONG",
        Err(_) if check.is_unpinned() => "not pinned",
        Err(_) => "unreadable",
    }
}

impl Report for VerifiedPins {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for VerifiedPin { pin, checks, signed } in &self.0 {
            let name = &pin.name;
            if checks.is_empty() {
                writeln!(out, "{name:<18}{DIM}not available{DIM:#}")?;
            }
            for check in checks {
                let style = if check.result.is_ok() { NEW } else { OLD };
                let place = check.place.display();
                let tag = pin.tag.as_ref().filter(|_| !check.is_tarball);
                let what = tag.map_or(String::new(), |tag| format!("tag {tag} of "));
                let why = check.result.as_ref().err().map_or(String::new(), |why| format!(": {why}"));
                writeln!(out, "{name:<18}{style}{:<14}{style:#}{HANG}{what}{place}{why}", state(check))?;
            }
            for (file, signed) in signed {
                let (style, state, text) = match signed {
                    Signed::Good(who) => (NEW, "signed", format!("by {who}")),
                    Signed::Bad(why) => (OLD, "WRONG", why.clone()),
                    Signed::Unchecked(why) => (DIM, "not checked", why.clone()),
                };
                writeln!(out, "{name:<18}{style}{state:<14}{style:#}{HANG}{}: {text}", file.display())?;
            }
        }
        let count = |is: &dyn Fn(&VerifiedPin) -> bool| self.0.iter().filter(|one| is(one)).count();
        let wrong = count(&VerifiedPin::is_wrong);
        let verified = count(&|one| one.is_available() && !one.is_wrong());
        let absent = count(&|one| !one.is_available() && !one.is_wrong());
        let pins = counted(self.0.len(), "pin");
        writeln!(out, "{pins}: {verified} verified, {absent} not available, {wrong} wrong")
    }

    fn json(&self) -> Option<Value> {
        let pins = array(&self.0, |VerifiedPin { pin, checks, signed }| {
            json!({
                "name": pin.name,
                "checks": array(checks, |check| json!({
                    "kind": if check.is_tarball { "tarball" } else { "tag" },
                    "place": check.place,
                    "result": state(check).to_lowercase().replace(' ', "-"),
                    "message": check.result.as_ref().err().map(ToString::to_string),
                })),
                "signatures": array(signed, |(file, signed)| {
                    let (result, message) = match signed {
                        Signed::Good(who) => ("good", who),
                        Signed::Bad(why) => ("wrong", why),
                        Signed::Unchecked(why) => ("not-checked", why),
                    };
                    json!({"file": file, "result": result, "message": message})
                }),
            })
        });
        Some(json!({"schema": 1, "pins": pins}))
    }
}
