"""Makes and opens devices of the host: disks, memory, kernel messages."""

PROGRAM = """
import os
import stat

def run(asked):
    reached = []
    for path in ("/dev/vda", "/dev/sda", "/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/kvm"):
        try:
            os.close(os.open(path, os.O_RDONLY))
            reached.append(path)
        except OSError:
            continue
    try:
        os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
        reached.append("mknod")
    except OSError:
        pass
    return reached
"""
