package io.github.systemd4j.samples.readiness;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The configuration of this service: a text. */
final class Greeting {

    private static final String DEFAULT = "Hello from a Java service under systemd";

    private Greeting() {}

    /** Reads the file; the exception's message is a sentence of its own. */
    static String read(@Nullable Path config) throws IOException {
        if (config == null) {
            return DEFAULT;
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(config)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new IOException(config + ": there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException(config + ": this process may not read it", e);
        } catch (CharacterCodingException e) {
            throw new IOException(config + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new IOException(config + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) { // how Properties refuses a broken escape
            throw new IOException(config + ": " + e.getMessage(), e);
        }
        return properties.getProperty("greeting", DEFAULT);
    }
}
