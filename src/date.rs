//! Dates as git, mails, Debian and Mercurial write them.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// From the first of January 1970 on, which was a Thursday.
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// A point in time, and the zone in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Seconds since 1970.
    pub seconds: i64,
    /// By how many minutes the zone is ahead of UTC.
    pub zone: i32,
}

/// The parts of a date that have been read so far.
#[derive(Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    seconds: i64,
    zone: i32,
}

impl Date {
    /// Reads `2025-07-01`, `2025-07-01 10:00:00 +0200`, `Tue, 1 Jul 2025 10:00:00 +0200`, `Tue Jul 1 10:00:00 2025 +0200`, or
    /// seconds since 1970 and a zone as git (`@1751356800 +0200`) and Mercurial (`1751356800 -7200`) store them. Without a zone it
    /// is UTC. `None` for any other text, and for years before 1970.
    pub fn parse(text: &str) -> Option<Date> {
        let words: Vec<&str> = text.split([' ', ',', '\t']).filter(|word| !word.is_empty()).collect();
        if let [seconds, offset] = words[..]
            && let Ok(seconds) = seconds.strip_prefix('@').unwrap_or(seconds).parse::<u32>()
        {
            // Mercurial counts the seconds that the zone is after UTC.
            let zone = zone(offset).or_else(|| Some(-offset.parse::<i32>().ok()? / 60));
            return Some(Date { seconds: seconds.into(), zone: zone.filter(|zone| zone.abs() < 24 * 60)? });
        }
        let mut parts = Parts::default();
        words.into_iter().try_for_each(|word| parts.take(word))?;
        let (year, month, day) = (parts.year?, parts.month?, parts.day?);
        let days = (1970..=9999).contains(&year).then(|| days_before(year, month) + day - 1)?;
        // The 31st of June would be the first of July.
        let is_valid = day > 0 && civil(days) == (year, month, day);
        is_valid.then(|| Date {
            seconds: days * 86_400 + parts.seconds - i64::from(parts.zone) * 60,
            zone: parts.zone,
        })
    }

    /// As mails have it: `Tue, 1 Jul 2025 10:00:00 +0200`.
    pub fn mail(self) -> String {
        let local = self.seconds + i64::from(self.zone) * 60;
        let (days, time) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let name = |names: &'static [&'static str], index: i64| names[usize::try_from(index).unwrap_or(0)];
        let (weekday, month) = (name(&DAYS, days.rem_euclid(7)), name(&MONTHS, month - 1));
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        let sign = if self.zone < 0 { '-' } else { '+' };
        let zone = self.zone.abs() / 60 * 100 + self.zone.abs() % 60;
        format!("{weekday}, {day} {month} {year} {hour:02}:{minute:02}:{second:02} {sign}{zone:04}")
    }

    /// The day alone: `2025-07-01`.
    pub fn day(self) -> String {
        let (year, month, day) = civil((self.seconds + i64::from(self.zone) * 60).div_euclid(86_400));
        format!("{year:04}-{month:02}-{day:02}")
    }
}

impl Parts {
    /// Reads one word.
    fn take(&mut self, word: &str) -> Option<()> {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        match (digits, word.as_bytes().get(digits)) {
            // `2025-07-01`, which a `T` may separate from the time.
            (4, Some(b'-')) => {
                let (year, rest) = word.split_once('-')?;
                let (month, rest) = rest.split_once('-')?;
                let (day, time) = rest.split_once('T').unwrap_or((rest, ""));
                let number = |text: &str| text.parse().ok().filter(|_| text.len() == 2);
                (self.year, self.month, self.day) = (year.parse().ok(), number(month), number(day));
                self.month.filter(|month| (1..=12).contains(month))?;
                if time.is_empty() { Some(()) } else { self.time(time) }
            }
            (1 | 2, Some(b':')) => self.time(word),
            (1 | 2, None) if self.day.is_none() => {
                self.day = word.parse().ok();
                Some(())
            }
            (4, None) if self.year.is_none() => {
                self.year = word.parse().ok();
                Some(())
            }
            (0, Some(b'+' | b'-')) => {
                self.zone = zone(word)?;
                Some(())
            }
            // A comment of a mail: `(CEST)`.
            (0, Some(b'(')) => Some(()),
            (0, Some(_)) if matches!(word, "UTC" | "GMT" | "Z") => Some(()),
            (0, Some(_)) => {
                let is = |name: &&&str| word.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(name));
                if let Some(month) = MONTHS.iter().position(|month| is(&month)) {
                    self.month = i64::try_from(month + 1).ok();
                    return Some(());
                }
                DAYS.iter().find(is).map(|_| ())
            }
            _ => None,
        }
    }

    /// Reads `10:00`, `10:00:00`, `10:00:00.5+02:00` or `10:00:00Z`.
    fn time(&mut self, text: &str) -> Option<()> {
        let end = text.find(['+', '-', 'Z']).unwrap_or(text.len());
        let (time, rest) = text.split_at(end);
        self.zone = match rest {
            "" => self.zone,
            "Z" => 0,
            offset => zone(offset)?,
        };
        let time = time.split_once('.').map_or(time, |(whole, _)| whole);
        let mut fields = time.split(':');
        let mut next =
            |most: i64| fields.next().and_then(|field| field.parse().ok()).filter(|n| (0..=most).contains(n));
        let (hour, minute) = (next(23)?, next(59)?);
        let second = if time.matches(':').count() == 2 { next(60)? } else { 0 };
        self.seconds = hour * 3600 + minute * 60 + second;
        (time.matches(':').count() <= 2).then_some(())
    }
}

/// The minutes of `+0200` or `+02:00`.
fn zone(text: &str) -> Option<i32> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text[1..].replace(':', "");
    let number: i32 = digits.parse().ok().filter(|_| digits.len() == 4 && !digits.starts_with(['+', '-']))?;
    (number / 100 <= 14 && number % 100 < 60).then_some(sign * (number / 100 * 60 + number % 100))
}

/// The days from 1970 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    // Years that begin in March end with the leap day.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 - 719_468
}

/// The year, month and day of a day since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year + 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12).rev().find(|month| days_before(year, *month) <= days).unwrap_or(1);
    (year, month, days - days_before(year, month) + 1)
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn a_date_is_read_in_each_form() {
        let date = Date { seconds: 1_751_356_800, zone: 120 };
        for text in [
            "Tue, 1 Jul 2025 10:00:00 +0200",
            "1 Jul 2025 10:00 +0200 (CEST)",
            "Tue Jul 1 10:00:00 2025 +0200",
            "2025-07-01 10:00:00 +0200",
            "2025-07-01T10:00:00.25+02:00",
            "@1751356800 +0200",
            "1751356800 +0200",
            "1751356800 -7200",
        ] {
            assert_eq!(Date::parse(text), Some(date), "{text}");
        }
        assert_eq!(Date::parse("2025-07-01"), Some(Date { seconds: 1_751_328_000, zone: 0 }));
        assert_eq!(Date::parse("2025-07-01T08:00:00Z"), Some(Date { zone: 0, ..date }));
        assert_eq!(Date::parse("1 0"), Some(Date { seconds: 1, zone: 0 }));
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "yesterday",
            "2025",
            "2025-07",
            "2025-13-01",
            "2025-06-31",
            "31 Jun 2025",
            "1 Jul 1950",
            "10:00",
            "2025-07-01 25:00",
            "2025-07-01 1:2:3:4",
            "1 Jul 2025 +9900",
            "<YYYY-MM-DD>",
            "1 2 2025",
            "é",
            "9999999999 0",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_written_as_it_was_read() {
        for text in [
            "Tue, 1 Jul 2025 10:00:00 +0200",
            "Thu, 1 Jan 1970 00:00:00 +0000",
            "Thu, 29 Feb 2024 23:59:59 -0330",
            "Fri, 31 Dec 9999 00:00:00 +1400",
        ] {
            assert_eq!(Date::parse(text).unwrap().mail(), text);
        }
        for text in ["1970-01-01", "2000-02-29", "2024-12-31", "2100-03-01"] {
            assert_eq!(Date::parse(text).unwrap().day(), text);
        }
    }
}
