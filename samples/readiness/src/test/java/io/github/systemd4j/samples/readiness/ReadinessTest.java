package io.github.systemd4j.samples.readiness;

import static io.github.systemd4j.testkit.SystemdAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.Watchdog;
import io.github.systemd4j.testkit.ServiceManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The service in this JVM, with the test kit in systemd's place. */
@Timeout(180)
class ReadinessTest {

    private static final Pattern URL = Pattern.compile("serving (http://\\S+/)");
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final ServiceManager manager = ServiceManager.create();

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Readiness> services = new ArrayList<>();
    private Path config;

    @BeforeEach
    void configure() throws IOException {
        config = directory.resolve("readiness.properties");
        Files.writeString(config, "greeting=Hello");
    }

    @AfterEach
    void close() {
        services.forEach(Readiness::close);
    }

    @Test
    void readyComesWhenThePortAnswers() throws Exception {
        String url = startAndAwaitReady(service(managed()));

        assertThat(get(url)).isEqualTo("200 Hello");
        assertThat(get(url + "health")).isEqualTo("200 healthy");
        assertThat(get(url + "nowhere")).startsWith("404 ");
        assertThat(get(url + "reload")).startsWith("405 ");
    }

    @Test
    void theStatusHasTheFigures() throws Exception {
        String url = startAndAwaitReady(service(managed()));
        get(url);

        assertThat(manager.awaitStatus("1 answered", SOON).status())
                .hasValue("serving " + url + ", 1 answered, 1 per second");
        assertThat(manager.awaitStatus("0 per second", SOON).parsed().state()).isEmpty();
        assertThat(get(url + "status")).contains("served 1").contains("healthy true");
    }

    @Test
    void pingsGoWithTheHealthCheck() throws Exception {
        String url = startAndAwaitReady(service(managed("WATCHDOG_USEC", "200000")));
        assertThat(manager.awaitPing(SOON).parsed().fields()).isEqualTo(Map.of("WATCHDOG", "1"));

        post(url + "fail");
        assertThat(get(url + "health")).startsWith("503 ");
        assertThat(manager)
                .saysWithin("failing its health check", SOON)
                // One that was under way may still have come before that status; ten more would be due now.
                .doesNotPingFor(Duration.ofSeconds(1));

        post(url + "recover");
        manager.awaitPing(SOON);
    }

    @Test
    void aReloadIsAnnouncedAndEnded() throws Exception {
        String url = startAndAwaitReady(service(managed()));
        Files.writeString(config, "greeting=Hello again");

        post(url + "reload");

        assertThat(manager.awaitReloading(SOON).parsed().fields())
                .hasEntrySatisfying("MONOTONIC_USEC", usec -> assertThat(usec).matches("[1-9][0-9]*"));
        assertThat(manager.awaitReady(SOON).status()).isPresent();
        assertThat(get(url)).isEqualTo("200 Hello again");
    }

    @Test
    void aReloadThatFailsEndsToo() throws Exception {
        Readiness service = service(managed());
        String url = startAndAwaitReady(service);
        Files.delete(config);

        service.reload();

        assertThat(manager)
                .isReloadingWithin(SOON)
                .isReadyWithin(SOON)
                .saysWithin("old configuration: " + config + ": there is no such file", SOON);
        assertThat(get(url)).isEqualTo("200 Hello");
    }

    @Test
    void stoppingIsAnnounced() throws Exception {
        Readiness service = service(managed());
        String url = startAndAwaitReady(service);

        service.close();

        assertThat(manager).isStoppingWithin(SOON).hasStatus("stopping, 0 requests under way");
        assertThatIOException().isThrownBy(() -> get(url));
    }

    @Test
    void aSlowStartAsksForTime() throws Exception {
        startLater(service(managed(), "--port", "0", "--slow-start", "1"));

        assertThat(manager.awaitExtension(SOON).parsed().extendTimeout()).hasValue(Duration.ofSeconds(10));
        assertThat(manager).isReadyWithin(SOON);
    }

    @Test
    void aSlowStartCanBeStopped() throws Exception {
        Readiness service = service(managed(), "--port", "0", "--slow-start", "86400");
        CompletableFuture<Void> started = startLater(service);
        manager.awaitStatus("starting, 86400 s to go", SOON);

        service.close();

        started.get(60, TimeUnit.SECONDS);
        manager.awaitStopping(SOON);
        assertThat(manager.notices())
                .noneMatch(notice -> notice.parsed().fields().containsKey("READY"));
    }

    @Test
    void aPortThatIsTakenIsAnsweredWithASentence() throws Exception {
        String port = Integer.toString(
                URI.create(startAndAwaitReady(service(managed()))).getPort());

        assertThatIOException()
                .isThrownBy(() -> service(managed(), "--port", port).start())
                .withMessageStartingWith("cannot listen on 127.0.0.1:" + port + ": ");
        assertThat(manager).saysWithin("failed: cannot listen on", SOON);
    }

    @Test
    void withoutSystemdItServesAndSaysSo() throws Exception {
        service(Map.of()).start();

        assertThat(get(loggedUrl())).isEqualTo("200 Hello");
        assertThat(out.toString(UTF_8)).contains("NOTIFY_SOCKET is not set");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void aManagerThatIsGoneIsComplainedOfOnce() throws Exception {
        String gone = directory.resolve("gone").toString();
        Readiness service = service(Map.of(Notifier.NOTIFY_SOCKET, gone));

        service.start();
        service.reload();
        service.reload();

        assertThat(get(loggedUrl())).isEqualTo("200 Hello");
        assertThat(err.toString(UTF_8).lines()).singleElement().asString().contains("ENOENT");
    }

    private Map<String, String> managed() {
        return manager.environment();
    }

    private Map<String, String> managed(String name, String value) {
        Map<String, String> environment = manager.environment();
        environment.put(name, value);
        return environment;
    }

    private Readiness service(Map<String, String> environment) throws UsageException {
        return service(environment, "--port", "0", "--config", config.toString());
    }

    private Readiness service(Map<String, String> environment, String... arguments) throws UsageException {
        Readiness service = new Readiness(
                Options.parse(List.of(arguments)),
                Notifier.of(environment),
                Watchdog.of(environment, ProcessHandle.current().pid()),
                new Log(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)));
        services.add(service);
        return service;
    }

    private static CompletableFuture<Void> startLater(Readiness service) {
        return CompletableFuture.runAsync(() -> {
            try {
                service.start();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Starts in another thread, so that the caller goes on as soon as READY=1 has come, as systemd does. */
    private String startAndAwaitReady(Readiness service) throws IOException {
        startLater(service);
        return url(manager.awaitReady(SOON).status().orElse(""));
    }

    private String loggedUrl() {
        return url(out.toString(UTF_8));
    }

    private static String url(String text) {
        Matcher matcher = URL.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private String get(String url) throws IOException, InterruptedException {
        return exchange(HttpRequest.newBuilder(URI.create(url)).GET());
    }

    private void post(String url) throws IOException, InterruptedException {
        assertThat(exchange(HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.noBody())))
                .isEqualTo("200 done");
    }

    private String exchange(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body().strip();
    }
}
