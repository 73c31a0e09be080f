package io.github.systemd4j.samples.readiness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The service proper. It knows nothing of systemd. */
final class HelloServer implements AutoCloseable {

    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final int PATIENCE_MILLIS = 1000;

    private final HttpServer http;
    private final ExecutorService workers = Executors.newFixedThreadPool(4);
    private final Runnable reload;
    private final AtomicLong served = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile String greeting;
    private volatile boolean healthy = true;

    private HelloServer(HttpServer http, String greeting, Runnable reload) {
        this.http = http;
        this.greeting = greeting;
        this.reload = reload;
    }

    /** Listens and serves. The exception's message is a sentence of its own. */
    static HelloServer start(String host, int port, String greeting, Runnable reload) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("cannot listen on " + host + ": there is no such address");
        }
        HttpServer http;
        try {
            http = HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
        HelloServer server = new HelloServer(http, greeting, reload);
        server.serve();
        return server;
    }

    private void serve() {
        http.createContext("/", counted(this::hello));
        http.createContext("/status", counted(exchange -> get(exchange, "/status", 200, status())));
        http.createContext("/fail", counted(exchange -> post(exchange, "/fail", () -> healthy = false)));
        http.createContext("/recover", counted(exchange -> post(exchange, "/recover", () -> healthy = true)));
        http.createContext("/reload", counted(exchange -> post(exchange, "/reload", reload)));
        // Not counted: the watchdog's question is no request, and would make the figures change for ever.
        http.createContext("/health", this::health);
        http.setExecutor(workers);
        http.start();
    }

    /** Where it listens, for people. */
    String url() {
        return "http://" + authority(http.getAddress().getAddress()) + "/";
    }

    long served() {
        return served.get();
    }

    int underWay() {
        return underWay.get();
    }

    boolean isHealthy() {
        return healthy;
    }

    void greet(String text) {
        greeting = text;
    }

    /** Whether it answers: asked over HTTP like anybody else, so that all of it is tried, with a bound. */
    boolean answers() throws IOException {
        InetAddress bound = http.getAddress().getAddress();
        InetAddress self = bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound;
        HttpURLConnection question = (HttpURLConnection)
                URI.create("http://" + authority(self) + "/health").toURL().openConnection(Proxy.NO_PROXY);
        question.setConnectTimeout(PATIENCE_MILLIS);
        question.setReadTimeout(PATIENCE_MILLIS);
        try {
            return question.getResponseCode() == 200;
        } finally {
            question.disconnect();
        }
    }

    /** Serves what is under way to its end, but for no longer than the bound; nothing new. */
    @Override
    public void close() {
        // With nothing under way, the server of JDK 17 would wait for the whole bound.
        http.stop(underWay.get() == 0 ? 0 : (int) DRAIN.toSeconds());
        workers.shutdownNow();
    }

    private String authority(InetAddress host) {
        String text = host.getHostAddress();
        return (text.contains(":") ? "[" + text + "]" : text) + ":"
                + http.getAddress().getPort();
    }

    private String status() {
        return "url " + url() + "\nserved " + served + "\nhealthy " + healthy + "\n";
    }

    private void hello(HttpExchange exchange) throws IOException {
        get(exchange, "/", 200, greeting + "\n");
    }

    private void health(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean well = healthy;
            get(exchange, "/health", well ? 200 : 503, well ? "healthy\n" : "failing, because of POST /fail\n");
        }
    }

    private HttpHandler counted(HttpHandler handler) {
        return exchange -> {
            underWay.incrementAndGet();
            try (exchange) {
                handler.handle(exchange);
            } finally {
                underWay.decrementAndGet();
                served.incrementAndGet();
            }
        };
    }

    private static void get(HttpExchange exchange, String path, int code, String text) throws IOException {
        boolean known = exchange.getRequestURI().getPath().equals(path);
        if (!known) {
            answer(exchange, 404, "there is nothing at this path\n");
        } else if (!exchange.getRequestMethod().equals("GET")) {
            answer(exchange, 405, "GET only\n");
        } else {
            answer(exchange, code, text);
        }
    }

    private static void post(HttpExchange exchange, String path, Runnable action) throws IOException {
        if (!exchange.getRequestURI().getPath().equals(path)) {
            answer(exchange, 404, "there is nothing at this path\n");
        } else if (!exchange.getRequestMethod().equals("POST")) {
            answer(exchange, 405, "POST only\n");
        } else {
            action.run();
            answer(exchange, 200, "done\n");
        }
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
    }
}
