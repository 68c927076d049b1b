//! Downloads a file over https, and goes on where an earlier download broke off.

use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use ureq::http::{HeaderMap, Response, StatusCode, header};
use ureq::{Agent, Body};

use super::cache::Part;
use super::{Progress, Why};

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
        let too_large = Why::TooLarge(self.limit);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::testing::{Recorder, Silent, answer, bytes, listing, serve};
    use std::fs;
    use std::sync::mpsc::Receiver;
    use tempfile::TempDir;

    impl Web {
        /// Plain http to a server inside a test.
        pub(in crate::fetch) fn loopback(limit: u64) -> Web {
            Web { agent: agent(Agent::config_builder().https_only(false).proxy(None)), limit }
        }
    }

    struct Download {
        directory: TempDir,
        part: Part,
        url: String,
        requests: Receiver<String>,
    }

    /// A download of `/f` from a server that gives these answers.
    fn download(answers: Vec<Vec<u8>>) -> Download {
        let directory = tempfile::tempdir().unwrap();
        let (base, requests) = serve(answers);
        let part = Part::at(directory.path().join("f.part"));
        Download { directory, part, url: format!("{base}/f"), requests }
    }

    impl Download {
        fn run(&self, limit: u64) -> Result<bool, Why> {
            Web::loopback(limit).download(&self.url, &self.part, &mut Silent)
        }

        fn bytes(&self) -> Vec<u8> {
            fs::read(self.part.path()).unwrap()
        }

        fn request(&self) -> String {
            self.requests.recv().unwrap()
        }
    }

    fn whole(body: &[u8]) -> Vec<u8> {
        answer("200 OK", &format!("Content-Length: {}\nETag: \"x\"\n", body.len()), body)
    }

    #[test]
    fn a_complete_download_reports_its_size() {
        let body = bytes(200_000);
        let download = download(vec![whole(&body)]);
        let mut recorder = Recorder::default();
        let web = Web::loopback(LIMIT);
        assert!(!web.download(&download.url, &download.part, &mut recorder).unwrap());
        assert_eq!(download.bytes(), body);
        assert_eq!((recorder.total, recorder.bytes), (Some(200_000), 200_000));
        let request = download.request();
        assert!(request.contains("accept-encoding: identity\n") && !request.contains("range:"), "{request}");
    }

    #[test]
    fn a_transfer_that_breaks_off_is_taken_up_where_it_ended() {
        let body = bytes(1000);
        let mut torn = whole(&body);
        torn.truncate(torn.len() - 400);
        let rest = answer("206 Partial Content", "Content-Range: bytes 600-999/1000\n", &body[600..]);
        let download = download(vec![torn, rest]);
        assert!(download.run(LIMIT).unwrap());
        assert_eq!(download.bytes(), body);
        download.request();
        let second = download.request();
        assert!(second.contains("range: bytes=600-\n") && second.contains("if-range: \"x\"\n"), "{second}");
    }

    #[test]
    fn what_an_earlier_run_left_is_gone_on_with() {
        let body = bytes(1000);
        let rest = answer("206 Partial Content", "Content-Range: bytes 300-999/1000\n", &body[300..]);
        let download = download(vec![rest]);
        let mut file = download.part.create(&download.url, Some("\"x\"")).unwrap();
        file.write_all(&body[..300]).unwrap();
        assert!(download.run(LIMIT).unwrap());
        assert_eq!(download.bytes(), body);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_downloaded_again() {
        let body = bytes(1000);
        let download = download(vec![whole(&body)]);
        let mut file = download.part.create(&download.url, Some("\"older\"")).unwrap();
        file.write_all(b"older bytes").unwrap();
        download.run(LIMIT).unwrap();
        assert_eq!(download.bytes(), body);
    }

    #[test]
    fn the_wrong_part_of_a_file_is_thrown_away() {
        let body = bytes(1000);
        let wrong = answer("206 Partial Content", "Content-Range: bytes 0-999/1000\n", &body);
        let download = download(vec![wrong, whole(&body)]);
        let mut file = download.part.create(&download.url, Some("\"x\"")).unwrap();
        file.write_all(&body[..300]).unwrap();
        download.run(LIMIT).unwrap();
        assert_eq!(download.bytes(), body);
    }

    #[test]
    fn bytes_without_a_validator_or_of_another_address_are_not_gone_on_with() {
        for (url, validator) in [("", None), ("http://elsewhere.test/f", Some("\"x\""))] {
            let body = bytes(100);
            let download = download(vec![whole(&body)]);
            let url = if url.is_empty() { &download.url } else { url };
            let mut file = download.part.create(url, validator).unwrap();
            file.write_all(b"strange").unwrap();
            assert!(!download.run(LIMIT).unwrap());
            assert_eq!(download.bytes(), body);
            assert!(!download.request().contains("range:"));
        }
    }

    #[test]
    fn a_weak_etag_does_not_vouch_for_bytes() {
        let headers = "Content-Length: 3\nETag: W/\"x\"\nLast-Modified: Tue, 19 Sep 2006 06:00:00 GMT\n";
        let download = download(vec![answer("200 OK", headers, b"abc")]);
        download.run(LIMIT).unwrap();
        let (_, validator) = download.part.resumable(&download.url).unwrap();
        assert_eq!(validator, "Tue, 19 Sep 2006 06:00:00 GMT");
    }

    #[test]
    fn a_file_that_stays_truncated_is_an_error_and_keeps_what_arrived() {
        let download = download(vec![answer("200 OK", "Content-Length: 1000\nETag: \"x\"\n", &bytes(10))]);
        match download.run(LIMIT) {
            // Nobody answers the second request.
            Err(Why::Connection(_) | Why::Truncated { got: 10, total: 1000 }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(download.bytes(), bytes(10));
    }

    #[test]
    fn a_file_larger_than_the_limit_is_refused_and_forgotten() {
        let endless = answer("200 OK", "ETag: \"x\"\n", &bytes(5000));
        let announced = answer("200 OK", "Content-Length: 99999999999\nETag: \"x\"\n", b"a");
        for hostile in [endless, announced, whole(&bytes(1001))] {
            let download = download(vec![hostile]);
            assert!(matches!(download.run(1000), Err(Why::TooLarge(1000))));
            assert!(listing(download.directory.path()).is_empty());
        }
    }

    #[test]
    fn any_other_status_is_an_error_and_leaves_no_file() {
        for status in ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content"] {
            let download = download(vec![answer(status, "Content-Length: 0\n", b"")]);
            match download.run(LIMIT) {
                Err(Why::Status(code)) => assert!(status.starts_with(&code.to_string())),
                other => panic!("{other:?}"),
            }
            assert!(listing(download.directory.path()).is_empty());
        }
    }

    #[test]
    fn upstream_is_asked_over_https_alone() {
        let download = download(vec![whole(b"abc")]);
        match Web::upstream().download(&download.url, &download.part, &mut Silent) {
            Err(Why::Connection(error)) => assert!(matches!(*error, ureq::Error::RequireHttpsOnly(_))),
            other => panic!("{other:?}"),
        }
    }
}
