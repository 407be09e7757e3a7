package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Page that maps the tests of socketcluster-server to ours. */
class NpmRealtimeServerSuiteTest {

    private static final Path PAGE = Path.of("..", "docs", "realtime-suite.md");
    private static final Path TESTS = Path.of("..", "realtime", "src", "test", "java", "io", "heliograph", "realtime");
    private static final Pattern HEADING = Pattern.compile("## (.+)");
    private static final Pattern ROW = Pattern.compile("\\| (.+) \\| (`.+`) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    /**
     * Row of the page.
     *
     * @param name name of the original test, after the names of its groups
     * @param tests our tests, each as {@code Class.method}
     */
    private record Restated(List<String> name, List<String> tests) {

        String title() {
            return name.get(name.size() - 1);
        }
    }

    private static List<Restated> page() throws IOException {
        List<Restated> rows = new ArrayList<>();
        List<String> groups = List.of();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher heading = HEADING.matcher(line);
            Matcher row = ROW.matcher(line);
            if (heading.matches()) {
                groups = List.of(heading.group(1).split(" / ", -1));
            } else if (row.matches()) {
                List<String> name = new ArrayList<>(groups);
                name.add(row.group(1));
                rows.add(new Restated(
                        name,
                        TEST.matcher(row.group(2))
                                .results()
                                .map(test -> test.group(1) + "." + test.group(2))
                                .toList()));
            }
        }
        return rows;
    }

    private List<List<String>> original() {
        PeerProcess suite = scratch.closing(PeerProcess.script("realtime-server-suite.js"));
        suite.await("end");
        return suite.all("test").stream()
                .map(test -> ((List<?>) Objects.requireNonNull(test.get("path")))
                        .stream().skip(1).map(String::valueOf).toList())
                .toList();
    }

    @Test
    void everyOriginalTestHasCounterpart() throws IOException {
        assertThat(page())
                .extracting(Restated::name)
                .containsExactlyElementsOf(original())
                .hasSize(77);
    }

    @TestFactory
    Stream<DynamicTest> counterpartsNameTheirOriginal() throws IOException {
        return page().stream()
                .flatMap(row -> row.tests().stream()
                        .map(test -> DynamicTest.dynamicTest(
                                test + ": " + row.title(),
                                () -> assertThat(commentOf(test)).contains("original: " + row.title()))));
    }

    private static Path sourceOf(String name) throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElse(TESTS.resolve(name));
        }
    }

    /** Returns the comment of a test on one line. */
    private static String commentOf(String test) throws IOException {
        String[] parts = test.split("\\.", -1);
        String source = Files.readString(sourceOf(parts[0] + ".java"));
        int at = source.indexOf(" void " + parts[1] + "(");
        assertThat(at).as(test).isPositive();
        return source.substring(Math.max(0, source.lastIndexOf("\n    }\n", at)), at)
                .replaceAll("\\s+// ", " ");
    }
}
