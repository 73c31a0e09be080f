package io.github.systemd4j.activation;

/**
 * A descriptor with the name under which it is passed on, or came. It belongs to whoever has it, as a number does.
 *
 * @param name what stands in LISTEN_FDNAMES
 * @param descriptor its number in this process
 */
record NamedSocket(String name, int descriptor) {

    /** As systemd has it for FileDescriptorName=. */
    private static final int MAX_NAME = 255;

    NamedSocket {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "name: must be 1 to " + MAX_NAME + " printable ASCII characters without a colon");
        }
        if (descriptor < 0) {
            throw new IllegalArgumentException("descriptor: " + descriptor + ", must not be negative");
        }
    }

    /**
     * Whether systemd takes it for a name. It allows an empty one too, but one alone makes an empty variable, of which
     * nobody can say whether it holds a name.
     */
    static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME
                && name.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != ':');
    }
}
