"""Whether the disk is full is asked of errors whose causes may go round in a circle."""

from __future__ import annotations

import errno

from reporter.errors import disk_full


def test_a_circle_of_causes_comes_to_an_end():
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert not disk_full(one)
    full = OSError(errno.ENOSPC, "full")
    other.__cause__, full.__cause__ = full, one
    assert disk_full(one)
