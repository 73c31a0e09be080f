/** What the tests of the servers need: somebody who listens, starts a server on the listeners, and looks what it does. */
@NullMarked
package io.github.systemd4j.servers;

import org.jspecify.annotations.NullMarked;
