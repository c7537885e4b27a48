//! The memory that the process uses and may use, if the system reports it.

use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Moment;

/// Returns the bytes that the process has in memory; `None` if the system does not report them.
pub fn in_use() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    kibibytes(&status, "VmRSS:")
}

/// How long a measurement is reused: the system takes longer for it than many cells.
const RECENT: Duration = Duration::from_millis(10);

/// Returns the bytes that the process had in memory a moment ago.
pub fn in_use_lately() -> Option<u64> {
    static LAST: Mutex<Option<(Moment, Option<u64>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match *last {
        Some((when, bytes)) if when.elapsed() < RECENT => bytes,
        _ => {
            let bytes = in_use();
            *last = Some((Moment::now(), bytes));
            bytes
        }
    }
}

/// Returns the bytes that the process may use: the least of the machine's memory and the limits of
/// its control group and of the process.
pub fn allowed() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| kibibytes(&text, "MemTotal:"));
    let own = fs::read_to_string("/proc/self/limits")
        .ok()
        .and_then(|text| address_space(&text));
    [machine, own].into_iter().flatten().chain(groups()).min()
}

/// Returns the limit of a command without its own: three quarters of what is allowed.
pub fn default_limit() -> Option<u64> {
    allowed().map(|bytes| bytes / 4 * 3)
}

/// Returns the limits of the control group of this process and of its parents.
fn groups() -> Vec<u64> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut limits = Vec::new();
    for (root, file, path) in group_paths(&own) {
        let mut path = path;
        loop {
            let limit = fs::read_to_string(format!("{root}{path}/{file}"));
            limits.extend(limit.ok().and_then(|text| text.trim().parse::<u64>().ok()));
            match path.rfind('/') {
                Some(end) => path.truncate(end),
                None => break,
            }
        }
    }
    limits
}

/// Returns the paths of the limits of control groups, version 2 and version 1.
fn group_paths(own: &str) -> Vec<(&'static str, &'static str, String)> {
    let lines = own.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, kinds, path) = (fields.next()?, fields.next()?, fields.next()?);
        let path = path.trim_end_matches('/').to_owned();
        if kinds.is_empty() {
            return Some(("/sys/fs/cgroup", "memory.max", path));
        }
        let is_memory = kinds.split(',').any(|kind| kind == "memory");
        is_memory.then_some(("/sys/fs/cgroup/memory", "memory.limit_in_bytes", path))
    });
    lines.collect()
}

/// Returns the soft limit of the address space, from the table of the process's limits.
fn address_space(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Returns the number of a line such as `VmRSS:   1234 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let number: u64 = line.split_whitespace().next()?.parse().ok()?;
    number.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_the_system_are_read() {
        let status = "Name:\tsteeple\nVmPeak:\t  300 kB\nVmRSS:\t    200 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(200 * 1024));
        assert_eq!(kibibytes(status, "VmSwap:"), None);
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max address space         4200000000           unlimited            bytes\n";
        assert_eq!(address_space(limits), Some(4_200_000_000));
        assert_eq!(
            address_space(&limits.replace("4200000000", "unlimited")),
            None
        );
    }

    #[test]
    fn control_groups_of_both_versions_are_found() {
        let own = "4:cpu,cpuacct:/a\n3:memory:/docker/b\n0::/user.slice/run\n";
        let expected = [
            (
                "/sys/fs/cgroup/memory",
                "memory.limit_in_bytes",
                "/docker/b".to_owned(),
            ),
            ("/sys/fs/cgroup", "memory.max", "/user.slice/run".to_owned()),
        ];
        assert_eq!(group_paths(own), expected);
        assert_eq!(
            group_paths("0::/\n"),
            [("/sys/fs/cgroup", "memory.max", String::new())]
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_takes_less_than_it_may() {
        let (taken, allowed) = (in_use().expect("told"), allowed().expect("told"));
        assert!(0 < taken && taken < allowed, "{taken} of {allowed}");
    }
}
