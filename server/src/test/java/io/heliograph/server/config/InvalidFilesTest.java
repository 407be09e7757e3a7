package io.heliograph.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Invalid files in {@code invalid.txt}, each followed by its exact errors. */
class InvalidFilesTest {

    private record Sample(String name, String file, List<String> errors) {}

    @TestFactory
    Stream<DynamicTest> errorsAreExact() throws IOException {
        return samples().stream()
                .map(sample -> DynamicTest.dynamicTest(
                        sample.name, () -> assertThat(errors(sample.file)).isEqualTo(sample.errors)));
    }

    @Test
    void atLeastFortyFilesAreChecked() throws IOException {
        assertThat(samples()).hasSizeGreaterThanOrEqualTo(40).allMatch(sample -> !sample.errors.isEmpty());
    }

    private static List<String> errors(String file) {
        List<String> errors = new ArrayList<>();
        Set<String> misspelled = new HashSet<>();
        Map<String, Value> values = new YamlFile("helio.yaml", new Secrets(Map.of()), errors, misspelled).parse(file);
        new Assembly(values, errors, misspelled).check();
        return errors;
    }

    private static List<Sample> samples() throws IOException {
        String text;
        try (InputStream in = InvalidFilesTest.class.getResourceAsStream("invalid.txt")) {
            text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Sample> samples = new ArrayList<>();
        for (String each : text.split("(?m)^=== ", -1)) {
            if (!each.isEmpty()) {
                int name = each.indexOf('\n');
                int end = each.indexOf("\n---\n");
                samples.add(new Sample(
                        each.substring(0, name),
                        each.substring(name + 1, end + 1),
                        each.substring(end + 5).lines().toList()));
            }
        }
        return samples;
    }
}
