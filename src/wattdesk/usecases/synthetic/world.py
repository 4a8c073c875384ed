"""The whole invented supplier as frames, block by block, with a digest of every row."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.usecases.synthetic.archive import Archive, ArchiveFrames
from wattdesk.usecases.synthetic.climate import Climate
from wattdesk.usecases.synthetic.devices import DeviceFrames, device_frames
from wattdesk.usecases.synthetic.places import Places
from wattdesk.usecases.synthetic.readings import Reads
from wattdesk.usecases.synthetic.skeleton import Skeleton
from wattdesk.usecases.synthetic.spec import Spec
from wattdesk.usecases.synthetic.technique import with_technique
from wattdesk.usecases.synthetic.troubles import (
    calendar_of,
    with_troubles,
    without_impossible,
)
from wattdesk.usecases.synthetic.truth import truth_frame
from wattdesk.usecases.synthetic.usage import Uses


@dataclass(frozen=True)
class Block:
    """Everything about some accounts in a row."""

    number: int
    archive: ArchiveFrames
    devices: DeviceFrames
    readings: pl.DataFrame
    truth: pl.DataFrame

    def named(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """All frames with their names."""
        yield from self.archive.named()
        yield from self.devices.named()
        yield "readings", self.readings
        yield "truth", self.truth

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every row of every frame: the same seed gives the same."""
        running = hashlib.sha256()
        for name, frame in self.named():
            running.update(name.encode())
            running.update(frame.write_csv().encode())
        return running.hexdigest()


class World:
    """The supplier of one :class:`Spec`. Blocks can be made in any order, by any worker."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.skeleton = Skeleton(spec)
        self.places = Places(self.skeleton)
        self.calendar = calendar_of(spec)
        self.climate = Climate.of(
            date(spec.first_month.year - 1, 1, 1), add_months(spec.last_month, 2), spec.seed
        )

    @property
    def blocks(self) -> range:
        return range(self.skeleton.blocks)

    def block(self, number: int) -> Block:
        """One block of accounts with everything that belongs to them."""
        draws = self.skeleton.draws
        uses = Uses(draws, self.climate, self.calendar)
        reads = Reads(draws, uses)
        start = self.climate.start
        drawn = with_troubles(self.skeleton.block(number), draws, self.calendar)
        drawn = without_impossible(with_technique(uses.with_dates(drawn), draws))
        drawn = reads.with_counts(uses.with_energies(uses.with_needs(drawn)))
        used_before = uses.used_before(drawn, date(self.spec.first_month.year, 1, 1))
        return Block(
            number=number,
            archive=Archive(self.places, start).frames(drawn, used_before),
            devices=device_frames(drawn, draws, start),
            readings=reads.readings(drawn),
            truth=truth_frame(drawn, self.calendar, pl.lit(start)),
        )

    def digest(self) -> str:
        """Digest over all blocks in order."""
        return self.digest_of(self.block(number).digest for number in self.blocks)

    @staticmethod
    def digest_of(digests: Iterable[str]) -> str:
        """The digest of the whole from those of its blocks."""
        running = hashlib.sha256()
        for digest in digests:
            running.update(digest.encode())
        return running.hexdigest()
