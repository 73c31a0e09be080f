package io.github.systemd4j.samples.systemddocker;

import java.io.IOException;

/** The engine did not do what it was asked for; the message is one sentence. */
final class EngineException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    private EngineException(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    /** There is no engine, or it does not answer. */
    static EngineException unavailable(String message) {
        return new EngineException(ExitStatus.UNAVAILABLE, message);
    }

    /** It has answered, with a failure. */
    static EngineException refused(int exitStatus, String message) {
        return new EngineException(exitStatus, message);
    }

    /** What we exit with because of it. */
    int exitStatus() {
        return exitStatus;
    }
}
