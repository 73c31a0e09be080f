package io.github.systemd4j.sdnotify;

/** The answer that nearly every call gives, so that none is allocated for each. */
final class Answers {

    static final NotifyResult SENT = new NotifyResult.Sent();

    private Answers() {}
}
