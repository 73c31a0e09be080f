package io.github.systemd4j.servers;

import org.apache.catalina.connector.Connector;

/** Tomcat with a path, which it deletes in the end. */
public final class Tomcat11Unix {

    private Tomcat11Unix() {}

    public static void main(String[] args) throws Exception {
        Connector connector = new Connector();
        connector.setProperty("unixDomainSocketPath", args[0]);
        Tomcat11.start(connector);
    }
}
