//! Downloads a file over https, and goes on where an earlier download broke off.

use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use ureq::http::{HeaderMap, Response, StatusCode, header};
use ureq::{Agent, Body};

use super::attempt::Why;
use super::cache::Part;
use super::progress::Progress;

/// The largest release there is has some 30 MB.
const LIMIT: u64 = 256 << 20;

/// How often a transfer that makes headway is taken up again.
const RESUMPTIONS: usize = 3;

/// How the web is reached.
#[derive(Debug, Clone)]
pub struct Web {
    agent: Agent,
    /// The largest file that is accepted, in bytes.
    limit: u64,
}

impl Web {
    /// https alone, also after a redirection; at most 10 s to connect and 30 s of silence. A proxy
    /// is used when the environment names one, as other programs do.
    pub fn upstream() -> Web {
        Web { agent: agent(Agent::config_builder().https_only(true)), limit: LIMIT }
    }

    /// Plain http to a server inside a test.
    #[cfg(test)]
    pub(super) fn loopback(limit: u64) -> Web {
        Web { agent: agent(Agent::config_builder().https_only(false).proxy(None)), limit }
    }

    /// Fetches `url` into `part`; on success `part` is whole, by what the server says. Whether
    /// bytes of an earlier download are in it comes back: they may be of another file.
    ///
    /// # Errors
    /// When the server has no such file, cannot be reached, or sends too much or too little. What
    /// arrived stays in `part`, unless it is too much.
    pub(super) fn download(&self, url: &str, part: &Part, progress: &mut dyn Progress) -> Result<bool, Why> {
        let mut resumptions = 0;
        let mut resumed = false;
        loop {
            let before = part.resumable(url).map_or(0, |(have, _)| have);
            resumed |= before > 0;
            let why = match self.transfer(url, part, progress) {
                Ok(()) => return Ok(resumed),
                Err(why) => why,
            };
            let broken = matches!(why, Why::Truncated { .. } | Why::Connection(_) | Why::Io(_));
            let headway = part.resumable(url).is_some_and(|(have, _)| have > before);
            match why {
                Why::WrongRange(_) if before > 0 => part.discard()?,
                _ if broken && headway && resumptions < RESUMPTIONS => {}
                _ => return Err(why),
            }
            resumptions += 1;
        }
    }

    /// One request, and its answer written to the end of `part`.
    fn transfer(&self, url: &str, part: &Part, progress: &mut dyn Progress) -> Result<(), Why> {
        let earlier = part.resumable(url);
        let mut request = self.agent.get(url);
        if let Some((have, validator)) = &earlier {
            request = request
                .header(header::RANGE, format!("bytes={have}-"))
                .header(header::IF_RANGE, validator.as_str());
        }
        let response = request.call().map_err(|error| Why::Connection(Box::new(error)))?;
        let (mut file, have, total) = match (response.status(), earlier) {
            (StatusCode::OK, _) => {
                let validator = validator(response.headers());
                (part.create(url, validator.as_deref())?, 0, length(&response))
            }
            (StatusCode::PARTIAL_CONTENT, Some((have, _))) => {
                let total = rest_of(response.headers(), have)?;
                (part.append()?, have, total.or_else(|| length(&response).map(|length| have + length)))
            }
            // Nothing is left to send: the hash will tell whether what is here is the file.
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => return Ok(()),
            (status, _) => return Err(Why::Status(status.as_u16())),
        };
        progress.start(total);
        progress.advance(have);
        let got = self.copy(response.into_body(), &mut file, have, total, progress);
        if matches!(got, Err(Why::TooLarge { .. })) {
            part.discard()?;
        }
        let got = got?;
        file.sync_all()?;
        match total {
            Some(total) if got != total => Err(Why::Truncated { got, total }),
            _ => Ok(()),
        }
    }

    /// Appends the body to `file`, which has `have` bytes already. How many it has then comes back.
    fn copy(
        &self,
        body: Body,
        file: &mut File,
        have: u64,
        total: Option<u64>,
        progress: &mut dyn Progress,
    ) -> Result<u64, Why> {
        let too_large = Why::TooLarge { limit: self.limit };
        let bound = total.unwrap_or(self.limit);
        if bound > self.limit || have > self.limit {
            return Err(too_large);
        }
        let mut reader = body.into_reader();
        let mut buffer = vec![0; 1 << 16];
        let mut got = have;
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(0) => return Ok(got),
                Ok(count) => count,
                // A connection that broke: what the caller knows about sizes says it better.
                Err(_) if total.is_some_and(|total| got < total) => return Ok(got),
                Err(error) => return Err(error.into()),
            };
            if got + count as u64 > self.limit {
                return Err(too_large);
            }
            file.write_all(&buffer[..count])?;
            got += count as u64;
            progress.advance(count as u64);
        }
    }
}

/// What every request has in common.
fn agent(builder: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>) -> Agent {
    builder
        .user_agent(concat!("pypatch/", env!("CARGO_PKG_VERSION")))
        // A tarball that was unpacked on the way would have another hash.
        .accept_encoding("identity")
        .http_status_as_error(false)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_per_read(Some(Duration::from_secs(30)))
        .build()
        .into()
}

/// The size of the body in bytes, if the server says so.
fn length(response: &Response<Body>) -> Option<u64> {
    response.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What the server calls this state of the file: a strong ETag, else the time of modification.
fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // A weak ETag says that the file means the same, not that it has the same bytes.
    let etag = text(header::ETAG).filter(|etag| etag.starts_with('"'));
    etag.or_else(|| text(header::LAST_MODIFIED)).map(str::to_owned)
}

/// The whole size of the file, `None` when the server does not know it, once it is sure that its
/// answer starts after the first `have` bytes.
fn rest_of(headers: &HeaderMap, have: u64) -> Result<Option<u64>, Why> {
    let text = headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let range = text.strip_prefix("bytes ").and_then(|range| range.split_once('/'));
    match range {
        Some((range, total)) if range.split_once('-').is_some_and(|(from, _)| from.parse() == Ok(have)) => {
            Ok(total.parse().ok())
        }
        _ => Err(Why::WrongRange(text.to_owned())),
    }
}
