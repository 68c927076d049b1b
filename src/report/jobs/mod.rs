//! The shards of a job and their merge, as the schedulers and CIs that people have read them.

use std::fmt::Write;

/// What starts the shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    /// A script that submits a job array to Slurm.
    Slurm,
    /// A workflow of GitHub Actions.
    Github,
    /// A pipeline of GitLab.
    Gitlab,
    /// A file of ninja, for one machine.
    Ninja,
}

/// A job in shards. Commands are words of a shell, quoted where necessary.
pub(crate) struct Jobs<'a> {
    /// How many shards it has.
    pub shards: u32,
    /// The command of a shard, after the name of the program.
    pub command: &'a str,
    /// The options of `merge`, each after a blank.
    pub merge: &'a str,
    /// The directory of the results.
    pub results: &'a str,
    /// The file to which `merge` writes.
    pub output: Option<&'a str>,
    /// The directory as a word of a shell.
    pub results_word: &'a str,
    /// The repository of pypatch on GitHub: `OWNER/pypatch`.
    pub repository: &'a str,
}

impl Jobs<'_> {
    /// The text for a system.
    pub fn text(&self, system: System) -> String {
        let template = match system {
            System::Slurm => include_str!("slurm.sh"),
            System::Github => include_str!("github.yml"),
            System::Gitlab => include_str!("gitlab.yml"),
            System::Ninja => include_str!("build.ninja"),
        };
        let escaped = |text: &str| match system {
            System::Slurm | System::Gitlab => text.to_owned(),
            // What looks like an expression would be evaluated, also in quotes: `$` is in a quoted word.
            System::Github => text.replace("${{", "$''{{"),
            System::Ninja => text.replace('$', "$$"),
        };
        let numbers = || (1..=self.shards).map(|number| number.to_string());
        let mut values = vec![
            ("@SHARDS@", self.shards.to_string()),
            ("@RESULTS_YAML@", serde_json::json!(format!("{}/", self.results)).to_string()),
            ("@KEPT@", self.output.map_or(String::new(), |out| kept(system, out))),
            ("@NUMBERS@", numbers().collect::<Vec<_>>().join(", ")),
            ("@REPOSITORY@", self.repository.to_owned()),
        ];
        if system == System::Ninja {
            let path = self.results.replace(' ', "$ ");
            let (mut builds, mut outputs) = (String::new(), String::new());
            for number in numbers() {
                let out = format!("{path}/shard-{number}.json");
                let _ = writeln!(builds, "build {out}: shard | always\n  shard = {number}/{}", self.shards);
                let _ = write!(outputs, " {out}");
            }
            values.extend([("@BUILDS@", builds), ("@OUTPUTS@", outputs.trim_start().to_owned())]);
        }
        // Last: they are the user's.
        values.extend([
            ("@RESULTS@", self.results_word.to_owned()),
            ("@MERGE@", escaped(self.merge)),
            ("@COMMAND@", escaped(self.command)),
        ]);
        values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// The lines with which a CI keeps what the job that merges writes.
fn kept(system: System, out: &str) -> String {
    let out = serde_json::json!(out);
    match system {
        System::Github => format!(
            "      - uses: actions/upload-artifact@v4\n        if: ${{{{ !cancelled() }}}}\n        with:\n          name: merged\n          path: {out}\n"
        ),
        System::Gitlab => format!("  artifacts:\n    when: always\n    paths:\n      - {out}\n"),
        System::Slurm | System::Ninja => String::new(),
    }
}
