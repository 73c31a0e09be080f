package io.github.systemd4j.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents link to within the repository is there, headings too. */
class LinksTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> dead = new ArrayList<>();
        int links = 0;
        for (Path document : documents()) {
            for (String link : links(document)) {
                links++;
                if (!leadsSomewhere(document, link)) {
                    dead.add(ROOT.relativize(document) + ": " + link);
                }
            }
        }
        assertThat(dead).isEmpty();
        assertThat(links).isGreaterThan(50);
    }

    @Test
    void oneThatLeadsNowhereIsFound() {
        Path readme = ROOT.resolve("README.md");
        assertThat(leadsSomewhere(readme, "docs/guides/sdnotify.md")).isTrue();
        assertThat(leadsSomewhere(readme, "docs/guides/none.md")).isFalse();
        assertThat(leadsSomewhere(readme, "#two-commands")).isTrue();
        assertThat(leadsSomewhere(readme, "CONTRIBUTING.md#which-test-where")).isTrue();
        assertThat(leadsSomewhere(readme, "CONTRIBUTING.md#none")).isFalse();
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                return name.equals("target") || name.startsWith(".")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    documents.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return documents;
    }

    private static List<String> links(Path document) throws IOException {
        return LINK.matcher(text(document))
                .results()
                .map(match -> match.group(1))
                .filter(link -> !link.contains("://"))
                .toList();
    }

    private static boolean leadsSomewhere(Path document, String link) {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? document : document.resolveSibling(path).normalize();
        return Files.exists(target) && (hash < 0 || anchors(target).contains(link.substring(hash + 1)));
    }

    /** As GitHub names headings. */
    private static List<String> anchors(Path document) {
        try {
            return HEADING.matcher(text(document))
                    .results()
                    .map(match -> match.group(1)
                            .strip()
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                            .replace(' ', '-'))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String text(Path document) throws IOException {
        return CODE.matcher(Files.readString(document, UTF_8)).replaceAll("");
    }
}
