package io.github.systemd4j.linux.libc;

/**
 * Stands in the base of the jar for the class of the same name under {@code META-INF/versions/22}. It runs where there
 * is no java.lang.foreign, or where a repackaged jar has lost its {@code Multi-Release} mark.
 */
final class ForeignLibc {

    private ForeignLibc() {}

    @SuppressWarnings("DoNotCallSuggester") // the other class of this name returns
    static Libc open() {
        throw new UnsupportedOperationException(
                "this jar was built or repackaged without its META-INF/versions/22 overlay:"
                        + " an uber-jar's manifest needs Multi-Release: true");
    }
}
