package io.github.systemd4j.samples.systemddocker;

/** The command line is wrong; the message is one sentence for whoever typed it. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
