"""As whom the servers run: the caller, or, for root, whom Postgres refuses, somebody else."""

import ctypes
import os
import pwd
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bzpeer.keeper.roll import START_LIMIT, EmbeddedError, Room

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel to send this process a signal when its parent ends; for `preexec_fn`."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)


@dataclass(frozen=True, slots=True)
class Guise:
    """As whom the servers run: the owner of their files, and the command that leads there."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def start(self, command: list[str], output: int, end: int) -> subprocess.Popen[bytes]:
        """Start a process that gets the signal `end` when this one ends."""
        parent = os.getpid()
        other = self.uid != os.geteuid()
        return subprocess.Popen(  # noqa: S603
            [*self.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent, end),
        )

    def run(self, command: list[str]) -> tuple[int, str]:
        """Run a command to its end: the exit code, and what it said."""
        with self.start(command, subprocess.PIPE, signal.SIGKILL) as process:
            said, _ = process.communicate(timeout=START_LIMIT)
        return process.returncode, said.decode(errors="replace")

    def reaches(self, folder: Path, programs: list[Path]) -> bool:
        """Whether the programs run in this guise, and get into the folder for their data."""
        script = 'cd "$1" && shift && for program; do "$program" --version || exit 1; done'
        try:
            code, _ = self.run(["sh", "-c", script, "sh", str(folder), *map(str, programs)])
        except (OSError, subprocess.SubprocessError):  # no unshare, or no right to change users
            return False
        return code == 0

    def own(self, folder: Path) -> None:
        """Give a folder and all in it to this user, where it has another owner."""
        if folder.stat().st_uid == self.uid:
            return
        if os.geteuid() != 0:
            raise EmbeddedError(f"{folder} belongs to {folder.owner()}. Run as {folder.owner()}.")
        for place, _, names in os.walk(folder):
            for name in (".", *names):
                os.chown(Path(place, name), self.uid, self.gid, follow_symlinks=False)


def choose_guise(room: Room, programs: list[Path]) -> Guise:
    """The caller; for root, whom Postgres refuses, another user or root hidden in a namespace."""
    if os.geteuid() != 0:
        return Guise(os.geteuid(), os.getegid())
    other = ordinary_user()
    hidden = ("unshare", "--user", f"--map-user={other.pw_uid}", f"--map-group={other.pw_gid}")
    for guise in (Guise(other.pw_uid, other.pw_gid), Guise(0, 0, hidden)):
        if guise.reaches(room.data, programs):
            return guise
    raise EmbeddedError(
        f"Postgres does not run as root, the user {other.pw_name} cannot reach {room.data} and "
        f"{programs[0].parent}, and user namespaces (unshare --user) are not allowed here. Run as "
        "another user, or set DATABASE_URL and BROKER_URL to servers of yours."
    )


def ordinary_user() -> pwd.struct_passwd:
    """The owner of this checkout; where that is root or has no name, nobody."""
    owner = Path(__file__).stat().st_uid
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        return pwd.getpwnam("nobody")
