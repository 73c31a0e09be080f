package io.github.systemd4j.samples.supervisor;

import java.util.Arrays;

/**
 * What one file of {@code --keep} says.
 *
 * @param words its words with one space between them, to be compared with those of the next start
 * @param options what they mean
 */
record Service(String words, Options options) {

    /** A file has the words of a command line, between white space. */
    static Service parse(String text) throws UsageException {
        String words = text.strip().replaceAll("\\s+", " ");
        Options options = Options.parse(Arrays.asList(words.split(" ")));
        if (options.command().isEmpty()) {
            throw new UsageException("there is no command in it");
        } else if (options.socket() != null || options.showRecords()) {
            throw new UsageException("--socket and --show-records are not for --keep");
        }
        return new Service(words, options);
    }
}
