package io.github.systemd4j.sdnotify;

/** The two answers that need to be there but once, so that none is allocated for each call. */
final class Answers {

    static final NotifyResult SENT = new NotifyResult.Sent();

    static final NotifyResult NOT_UNDER_SYSTEMD = new NotifyResult.NotUnderSystemd();

    private Answers() {}
}
