package io.github.systemd4j.samples.systemddocker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind {@code run}: the engine's options, the image, and the command of the container. The command is the
 * container's own affair, whatever is in it; so it must be known where the options end, and for that, which of them have a
 * value.
 *
 * @param options the engine's options, in their order
 * @param image the image and what follows it
 */
record RunArguments(List<EngineOption> options, List<String> image) {

    /** The options without a value, of docker and podman. All others have one. */
    static final Set<String> FLAGS = Set.of(
            "-d",
            "--detach",
            "-i",
            "--interactive",
            "-t",
            "--tty",
            "-P",
            "--publish-all",
            "-q",
            "--quiet",
            "--disable-content-trust",
            "--env-host",
            "--help",
            "--http-proxy",
            "--init",
            "--no-healthcheck",
            "--no-hostname",
            "--no-hosts",
            "--oom-kill-disable",
            "--passwd",
            "--privileged",
            "--read-only",
            "--read-only-tmpfs",
            "--replace",
            "--rm",
            "--rmi",
            "--rootfs",
            "--sig-proxy",
            "--tls-verify",
            "--unsetenv-all",
            "--use-api-socket");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

    /**
     * An option of the engine's.
     *
     * @param name such as {@code --memory} or {@code -m}
     * @param value what it was given; {@code true} for a flag
     * @param words how it stood on the command line
     */
    record EngineOption(String name, String value, List<String> words) {

        boolean is(String... names) {
            return List.of(names).contains(name);
        }

        boolean isTrue() {
            return Set.of("1", "t", "true").contains(value.toLowerCase(Locale.ROOT));
        }
    }

    static RunArguments parse(List<String> arguments) throws UsageException {
        List<EngineOption> options = new ArrayList<>();
        int at = 0;
        while (at < arguments.size()
                && arguments.get(at).startsWith("-")
                && arguments.get(at).length() > 1) {
            String word = arguments.get(at);
            if (word.equals("--")) {
                at++;
                break;
            }
            String next = at + 1 < arguments.size() ? arguments.get(at + 1) : null;
            List<EngineOption> parsed = word.startsWith("--") ? parseLong(word, next) : parseShort(word, next);
            options.addAll(parsed);
            at += parsed.get(parsed.size() - 1).words().size();
        }
        if (at >= arguments.size()) {
            throw new UsageException("run: there is no image after the options");
        }
        return new RunArguments(List.copyOf(options), List.copyOf(arguments.subList(at, arguments.size())));
    }

    private static List<EngineOption> parseLong(String word, @Nullable String next) throws UsageException {
        int equals = word.indexOf('=');
        if (equals > 0) {
            return List.of(new EngineOption(word.substring(0, equals), word.substring(equals + 1), List.of(word)));
        }
        if (FLAGS.contains(word)) {
            return List.of(new EngineOption(word, "true", List.of(word)));
        }
        return List.of(withValue(word, next, word));
    }

    /** Several may stand together; the first that is no flag takes the rest of the word, or the next one. */
    private static List<EngineOption> parseShort(String word, @Nullable String next) throws UsageException {
        List<EngineOption> options = new ArrayList<>();
        for (int i = 1; i < word.length(); i++) {
            String name = "-" + word.charAt(i);
            String rest = word.substring(i + 1);
            if (rest.startsWith("=")) {
                String value = rest.substring(1);
                options.add(new EngineOption(name, value, List.of(name + rest)));
                return options;
            }
            if (FLAGS.contains(name)) {
                options.add(new EngineOption(name, "true", List.of(name)));
            } else if (rest.isEmpty()) {
                options.add(withValue(name, next, word));
                return options;
            } else {
                options.add(new EngineOption(name, rest, List.of(name + rest)));
                return options;
            }
        }
        return options;
    }

    private static EngineOption withValue(String name, @Nullable String value, String word) throws UsageException {
        if (value == null) {
            throw new UsageException("run " + word + ": there is no value");
        }
        return new EngineOption(name, value, List.of(name, value));
    }

    /** The value of the last of these options. */
    Optional<String> last(String... names) {
        return options.stream()
                .filter(option -> option.is(names))
                .reduce((first, second) -> second)
                .map(EngineOption::value);
    }

    /** Whether the last of these flags is set. */
    boolean isSet(String... names) {
        return options.stream()
                .filter(option -> option.is(names))
                .reduce((first, second) -> second)
                .filter(EngineOption::isTrue)
                .isPresent();
    }

    /** The options as words, without these. */
    List<String> optionsWithout(String... names) {
        List<String> words = new ArrayList<>();
        options.stream().filter(option -> !option.is(names)).forEach(option -> words.addAll(option.words()));
        return words;
    }

    /** What is no name of a container, such as that of an instance of a unit, is found out before anything is started. */
    void checkName(Options own) throws UsageException {
        String name = name(own);
        if (name != null && !NAME.matcher(name).matches()) {
            throw new UsageException("--name " + name + ": a container's name has letters, digits, _ . - alone, and"
                    + " begins with a letter or a digit; in a unit template say --name %p-%i");
        }
    }

    /** The container's name, wherever it stands; null if it has none. */
    @Nullable
    String name(Options own) {
        String name = own.name();
        return name != null ? name : last("--name").orElse(null);
    }

    /** Restarting is systemd's: an engine that does it too brings back what systemd has stopped. */
    void refuseRestartPolicy() throws UsageException {
        String policy = last("--restart").orElse("no");
        if (!policy.isEmpty() && !policy.equals("no")) {
            throw new UsageException(
                    "run --restart=" + policy
                            + ": the engine would restart the container, and systemd too; leave it out, and say Restart= in the unit");
        }
    }
}
