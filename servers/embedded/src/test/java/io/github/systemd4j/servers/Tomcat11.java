package io.github.systemd4j.servers;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Tomcat with a port. */
public final class Tomcat11 {

    private Tomcat11() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        Connector connector = new Connector();
        connector.setProperty("address", "127.0.0.1");
        connector.setPort(port);
        start(connector);
    }

    static void start(Connector connector) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir("target/tomcat");
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "hello", new Hello());
        context.addServletMapping("/", "hello");
        tomcat.start();
        Greeting.stopWith(() -> {
            tomcat.stop();
            tomcat.destroy(); // which closes the listener
        });
    }

    private static final class Hello extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(Greeting.text());
        }
    }
}
