/** A service whose log is in the journal, with fields; a sample to copy from. */
@NullMarked
package io.github.systemd4j.samples.journal;

import org.jspecify.annotations.NullMarked;
