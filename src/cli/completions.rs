//! `pypatch completions`

use clap_complete::Shell;

use super::{CliError, ExitStatus, Ui, help};

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

/// What follows the script of bash: names are added to what it completes.
const BASH: &str = r#"
_pypatch_names() {
    _pypatch "$@"
    [[ $2 == -* ]] && return
    local IFS=$'\n'
    COMPREPLY+=($(PYPATCH_COMPLETE=1 pypatch "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -F _pypatch_names -o nosort -o bashdefault -o default pypatch
"#;

/// What follows that of zsh, in which this completes what would be files.
const ZSH: &str = r#"
_pypatch_names() {
    local -a typed names
    typed=("${(@Q)${(z)LBUFFER}}")
    [[ $LBUFFER == *[[:space:]] ]] && typed+=("")
    typed=("${(@)typed[${typed[(I)(|*/)pypatch]}+1,-1]}")
    names=("${(@f)$(PYPATCH_COMPLETE=1 pypatch "${typed[@]}" 2>/dev/null)}")
    compadd -a names
    _files
}
"#;

/// What follows that of fish.
const FISH: &str = r#"
function __pypatch_names
    set -l typed (commandline -opc) (commandline -ct)
    PYPATCH_COMPLETE=1 command pypatch $typed[2..-1] 2>/dev/null
end
complete -c pypatch -a '(__pypatch_names)'
"#;

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "pypatch", &mut script);
    let names = match args.shell {
        Shell::Bash => BASH,
        Shell::Zsh => {
            script = String::from_utf8_lossy(&script).replace(":_default", ":_pypatch_names").into_bytes();
            ZSH
        }
        Shell::Fish => FISH,
        _ => "",
    };
    script.extend_from_slice(names.as_bytes());
    ui.raw(&script)?;
    Ok(ExitStatus::Done)
}
