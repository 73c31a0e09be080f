/** Extensions of JUnit that are to a service under test what systemd is to it. */
package io.github.systemd4j.testkit;
