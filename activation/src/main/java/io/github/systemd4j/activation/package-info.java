/** Socket activation, sd_listen_fds(3): sockets that a service manager passes, as channels of the JDK. */
package io.github.systemd4j.activation;
