package io.github.systemd4j.testkit;

/**
 * A socket that a test wants.
 *
 * @param name what stands in LISTEN_FDNAMES
 * @param kind what it is
 */
record NamedKind(String name, Kind kind) {

    private static final int MAX_NAME = 255;

    NamedKind {
        // What systemd takes for FileDescriptorName=, but an empty one.
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || !name.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != ':')) {
            throw new IllegalArgumentException(
                    "name: must be 1 to " + MAX_NAME + " printable ASCII characters without a colon");
        }
    }
}
