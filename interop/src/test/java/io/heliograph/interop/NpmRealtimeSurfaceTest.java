package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Compatibility tables of realtime, checked against the options, methods and events of the npm packages. */
class NpmRealtimeSurfaceTest {

    private static final Path PAGE = Path.of("..", "docs", "compat", "realtime.md");
    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| ([^|]+) \\|");
    private static final Pattern NAME = Pattern.compile("`([\\w…]+)[^`]*`");

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    /** Returns the names of the first column, in which {@code …} matches any part of a name. */
    private static List<Pattern> table() throws IOException {
        String page = Files.readString(PAGE);
        String section = page.substring(0, page.indexOf("## Other differences"));
        List<Pattern> names = new ArrayList<>();
        Matcher cell = FIRST_CELL.matcher(section);
        while (cell.find()) {
            Matcher name = NAME.matcher(cell.group(1));
            while (name.find()) {
                names.add(Pattern.compile(name.group(1).replace("…", "\\w+")));
            }
        }
        return names;
    }

    @Test
    void everyOriginalNameIsInTheTable() throws IOException {
        List<Pattern> table = table();
        PeerProcess surface = scratch.closing(PeerProcess.script("realtime-surface.js"));
        Map<String, @Nullable Object> kinds =
                new TreeMap<>(surface.await("surface").fields());
        kinds.remove("event");
        assertThat(kinds).hasSize(12);
        kinds.forEach((kind, names) -> assertThat((List<?>) names)
                .as(kind)
                .isNotEmpty()
                .allMatch(
                        name -> table.stream()
                                .anyMatch(known ->
                                        known.matcher(String.valueOf(name)).matches()),
                        "in the table"));
    }
}
