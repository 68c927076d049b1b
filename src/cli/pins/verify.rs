//! `pypatch pins verify`

use std::path::PathBuf;

use crate::cli::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::fetch::{Identity, signatures, verify};
use crate::report::{VerifiedPin, VerifiedPins};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Check only these: a pin, a version, a series (2.7), a pattern ('3.1?.*') or a range ('>=3.12, <3.14').
    #[arg(value_name = "PIN")]
    pattern: Option<String>,
    /// The keys that OpenPGP signatures are checked with, by gpgv [default: those of whoever runs gpg].
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
    /// Who has to have made Sigstore signatures, such as the mail address of a release manager.
    #[arg(long, value_name = "NAME", requires = "issuer")]
    identity: Option<String>,
    /// The OpenID Connect issuer of that identity.
    #[arg(long, value_name = "URL", requires = "identity")]
    issuer: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    if let Some(keyring) = args.keyring.as_ref().filter(|keyring| !keyring.is_file()) {
        return Err(CliError::usage(format!("--keyring: {} is not a file", keyring.display())));
    }
    let identity = match (&args.identity, &args.issuer) {
        (Some(name), Some(issuer)) => Some(Identity { name: name.clone(), issuer: issuer.clone() }),
        _ => None,
    };
    let pins = match &args.pattern {
        Some(pattern) => workspace.pins.select(pattern)?,
        None => workspace.pins.all()?,
    };
    let bar = ui.progress("verifying", Some(pins.len()));
    let one = |pin: crate::tree::pin::Pin| {
        bar.with(&pin.name);
        let checks = verify(&pin, &workspace.places);
        let tarballs = checks.iter().filter(|check| check.is_tarball && check.result.is_ok());
        let signed = tarballs
            .flat_map(|check| signatures(&check.place, args.keyring.as_deref(), identity.as_ref()))
            .collect();
        bar.one_done();
        VerifiedPin { pin, checks, signed }
    };
    let report = VerifiedPins(pins.into_iter().map(one).collect());
    drop(bar);
    ui.show(&report, args.format)?;
    Ok(if report.is_wrong() { ExitStatus::Source } else { ExitStatus::Done })
}
