package io.github.systemd4j.samples.readiness;

/** What of the protocol the probes look for. */
enum Field {
    READY("READY=1"),
    STATUS("STATUS="),
    WATCHDOG("WATCHDOG=1"),
    RELOADING("RELOADING=1"),
    STOPPING("STOPPING=1"),
    EXTEND_TIMEOUT("EXTEND_TIMEOUT_USEC="),
    MAINPID("MAINPID="),
    FDSTORE("FDSTORE=1"),
    BARRIER("BARRIER=1");

    private final String text;

    Field(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
