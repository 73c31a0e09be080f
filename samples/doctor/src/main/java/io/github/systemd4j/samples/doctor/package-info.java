/** Tells what a process is to systemd and to the kernel; the first thing to run where something is not as expected. */
@NullMarked
package io.github.systemd4j.samples.doctor;

import org.jspecify.annotations.NullMarked;
