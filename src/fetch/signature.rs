//! Signatures that lie next to a tarball, checked by the programs that know their formats.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Who has to have signed, for Sigstore: an identity, and the issuer that vouches for it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Such as a mail address.
    pub name: String,
    /// The address of the OpenID Connect issuer.
    pub issuer: String,
}

/// What the check of a signature gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// It is good; by whom.
    Good(String),
    /// It is not one of this file, or was not made by whom it has to be; what the program said.
    Bad(String),
    /// It was not checked, and why.
    Unchecked(String),
}

/// Checks the signatures of a tarball: `FILE.asc` of OpenPGP with `gpg`, or with `gpgv` and the keys of `keyring`; `FILE.sigstore` with `sigstore`
/// or `cosign`. Each is returned with its file.
pub fn signatures(
    tarball: &Path,
    keyring: Option<&Path>,
    identity: Option<&Identity>,
) -> Vec<(PathBuf, Signed)> {
    let next_to = |suffix: &str| {
        let mut name = tarball.as_os_str().to_owned();
        name.push(suffix);
        Some(PathBuf::from(name)).filter(|file| file.is_file())
    };
    let openpgp = next_to(".asc").map(|file| (openpgp(tarball, &file, keyring), file));
    let sigstore = next_to(".sigstore").map(|file| (sigstore(tarball, &file, identity), file));
    openpgp.into_iter().chain(sigstore).map(|(signed, file)| (file, signed)).collect()
}

fn openpgp(tarball: &Path, signature: &Path, keyring: Option<&Path>) -> Signed {
    let program = if keyring.is_some() { "gpgv" } else { "gpg" };
    let mut command = Command::new(program);
    match keyring {
        // A name without a slash would be searched in the user's folder of keys.
        Some(keyring) => {
            command.arg("--keyring").arg(std::path::absolute(keyring).unwrap_or_else(|_| keyring.to_owned()));
        }
        None => {
            command.args(["--batch", "--no-tty"]);
        }
    }
    command.args(["--status-fd", "1"]);
    if keyring.is_none() {
        command.arg("--verify");
    }
    command.arg("--").arg(signature).arg(tarball);
    match run(&mut command) {
        Ok(output) => read_status(program, &String::from_utf8_lossy(&output.stdout)),
        Err(why) => Signed::Unchecked(why),
    }
}

/// Reads what gpg or gpgv says for programs.
fn read_status(program: &str, text: &str) -> Signed {
    let lines: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("[GNUPG:] "))
        .map(|line| line.splitn(3, ' ').collect())
        .collect();
    let find = |name: &str| lines.iter().find(|line| line[0] == name);
    let who = |line: &[&str]| line.get(2).map_or("an unknown key", |name| *name).to_owned();
    if let Some(bad) = find("BADSIG") {
        return Signed::Bad(format!("it is not a signature of this file, by {}", who(bad)));
    }
    if let Some(revoked) = find("REVKEYSIG") {
        return Signed::Bad(format!("the key of {} was revoked", who(revoked)));
    }
    let expired = find("EXPKEYSIG").or_else(|| find("EXPSIG"));
    if let (Some(good), Some(valid)) = (find("GOODSIG").or(expired), find("VALIDSIG")) {
        let key = valid.get(1).copied().unwrap_or_default();
        let since = if expired.is_some() { ", expired since" } else { "" };
        return Signed::Good(format!("{} (key {key}{since})", who(good)));
    }
    match find("NO_PUBKEY") {
        Some(line) => Signed::Unchecked(format!(
            "the key {} is not in the keyring; import it with `gpg --import`, or give --keyring",
            line.get(1).copied().unwrap_or_default()
        )),
        None => Signed::Bad(format!("{program} cannot read it")),
    }
}

fn sigstore(tarball: &Path, bundle: &Path, identity: Option<&Identity>) -> Signed {
    let Some(identity) = identity else {
        return Signed::Unchecked("give --identity and --issuer of who has to have signed".to_owned());
    };
    let mut sigstore = Command::new("sigstore");
    sigstore.args(["verify", "identity", "--bundle"]).arg(bundle);
    sigstore.args(["--cert-identity", &identity.name, "--cert-oidc-issuer", &identity.issuer]).arg(tarball);
    let mut cosign = Command::new("cosign");
    cosign.args(["verify-blob", "--new-bundle-format", "--bundle"]).arg(bundle);
    let who = ["--certificate-identity", &identity.name, "--certificate-oidc-issuer", &identity.issuer];
    cosign.args(who).arg(tarball);
    let other = |first: String| run(&mut cosign).map_err(|second| format!("{first}; {second}"));
    match run(&mut sigstore).or_else(other) {
        Ok(output) if output.status.success() => {
            Signed::Good(format!("{} ({})", identity.name, identity.issuer))
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed");
            Signed::Bad(last.trim().to_owned())
        }
        Err(why) => Signed::Unchecked(why),
    }
}

/// Runs a program to its end, or says why it cannot be started.
fn run(command: &mut Command) -> Result<Output, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).env("LC_ALL", "C").output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("{name} is not on the PATH"),
        _ => format!("cannot start {name}: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gpg_says_is_read() {
        let read = |lines: &[&str]| {
            read_status("gpg", &lines.iter().map(|line| format!("[GNUPG:] {line}\n")).collect::<String>())
        };
        assert_eq!(
            read(&["NEWSIG", "GOODSIG 1 A B <a@b>", "VALIDSIG F 2020-01-01 0"]),
            Signed::Good("A B <a@b> (key F)".to_owned())
        );
        assert_eq!(
            read(&["EXPKEYSIG 1 A", "VALIDSIG F 2020"]),
            Signed::Good("A (key F, expired since)".to_owned())
        );
        assert!(matches!(read(&["BADSIG 1 A"]), Signed::Bad(_)));
        assert!(matches!(read(&["REVKEYSIG 1 A", "VALIDSIG F"]), Signed::Bad(_)));
        // Without a line that the signature is valid, it is not.
        assert!(matches!(read(&["GOODSIG 1 A"]), Signed::Bad(_)));
        assert!(matches!(read(&["ERRSIG 1 1 8", "NO_PUBKEY 1"]), Signed::Unchecked(_)));
        assert!(matches!(read(&["NODATA 4"]), Signed::Bad(_)));
        assert!(matches!(read_status("gpgv", ""), Signed::Bad(why) if why == "gpgv cannot read it"));
    }
}
