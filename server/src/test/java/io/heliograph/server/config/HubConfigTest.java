package io.heliograph.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.Hub;
import io.heliograph.server.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubConfigTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("helio.yaml");
    }

    private HubConfig.Sources write(String... lines) throws IOException {
        Files.writeString(file, String.join("\n", lines) + "\n");
        return HubConfig.sources().file(file);
    }

    @Test
    void optionPrecedesEnvironmentAndFileAndDefault() throws IOException {
        HubConfig.Sources sources = write("limits: {call-timeout: 1s}");
        assertThat(HubConfig.sources().load().text("limits.call-timeout")).contains("30s");
        assertThat(sources.load().text("limits.call-timeout")).contains("1s");
        sources.environment(Map.of("HELIO_LIMITS_CALL_TIMEOUT", "2s"));
        assertThat(sources.load().text("limits.call-timeout")).contains("2s");
        sources.set("limits.call-timeout", "3s", "--set");
        assertThat(sources.load().text("limits.call-timeout")).contains("3s");
    }

    @Test
    void everyKeyCanBeSetByTheEnvironment() {
        for (Key key : Schema.keys()) {
            String path = key.path().replace("[]", "[0]");
            HubConfig.Sources sources =
                    HubConfig.sources().environment(Map.of(Key.variable(path), "no value of any key"));
            String found;
            try {
                found = sources.load().report();
            } catch (ConfigException invalid) {
                found = String.valueOf(invalid.getMessage());
            }
            assertThat(found).as(key.path()).contains(Key.variable(path));
        }
    }

    @Test
    void everyKeyCanBeSetByAnOption() {
        for (Key key : Schema.keys()) {
            String path = key.path().replace("[]", "[0]");
            HubConfig.Sources sources = HubConfig.sources().set(path, "no value of any key", "--set");
            String found;
            try {
                found = sources.load().report();
            } catch (ConfigException invalid) {
                found = String.valueOf(invalid.getMessage());
            }
            assertThat(found).as(path).contains("--set").doesNotContain("unknown key");
        }
    }

    @Test
    void reportNamesTheSourceOfEachValueAndHidesSecrets() throws IOException {
        Path secret = Files.writeString(directory.resolve("key.txt"), KEY + "\n");
        HubConfig config = write("auth:", "  keys:", "    - key: {file: " + secret + "}", "limits: {max-depth: 9}")
                .environment(Map.of("HELIO_ORIGINS", "https://a.example, https://b.example"))
                .set("hosts", "hub.example", "--allow-host")
                .load();
        assertThat(config.report().lines().map(line -> line.replaceAll(" {2,}", " | ")))
                .contains(
                        "auth.keys[0].key | (set) | " + file + ":3, file " + secret,
                        "limits.max-depth | 9 | " + file + ":4",
                        "origins | https://a.example, https://b.example | environment HELIO_ORIGINS",
                        "hosts | hub.example | --allow-host",
                        "limits.call-timeout | 30s | default")
                .noneMatch(line -> line.contains(KEY));
    }

    @Test
    void errorsOfAllSourcesAreReportedTogether() throws IOException {
        HubConfig.Sources sources = write("limits: {max-depth: x}")
                .environment(Map.of("HELIO_LIMITS_CALL_TIMEOUT", "soon"))
                .set("limits.max-dept", "1", "--set limits.max-dept");
        assertThatThrownBy(sources::load)
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.errors())
                                .containsExactlyInAnyOrder(
                                        "--set limits.max-dept: unknown key 'max-dept' in limits (did you mean"
                                                + " 'max-depth'?)",
                                        file + ":1:21: limits.max-depth: 'x' (expected: a whole number, at least 1)",
                                        "HELIO_LIMITS_CALL_TIMEOUT: limits.call-timeout: 'soon' (expected: a duration"
                                                + " such as 500ms, 10s, 5m or 1h, at least 1ms)"));
    }

    @Test
    void errorOfASecretDoesNotShowIt() {
        assertThatThrownBy(() -> HubConfig.sources()
                        .set("auth.keys[0].key", "too-short-a-secret", "--auth-key")
                        .load())
                .hasMessage("--auth-key: auth.keys[0].key: 18 bytes (expected: at least 32, such as the output of"
                        + " 'openssl rand -hex 32')");
    }

    @Test
    void missingFileIsAnError() {
        assertThatThrownBy(() -> HubConfig.read(file))
                .hasMessage(file + ": cannot read the file (expected: a file in YAML, encoded as UTF-8)");
    }

    @Test
    void emptyFileIsValid() throws IOException {
        assertThat(write("# nothing").load().has("listen")).isFalse();
    }

    @Test
    void hubHasTheListenersOfTheFile() throws IOException {
        Path socket = directory.resolve("h.sock");
        HubConfig config = write(
                        "listen:",
                        "  - {url: 'ws://127.0.0.1:0/rpc', protocol: rpc, max-batch: 7}",
                        "  - url: unix:" + socket,
                        "    protocol: ipc",
                        "    deliver: requested",
                        "    map:",
                        "      - {topic: 'log/**', channel: 'app/logs/**'}",
                        "      - {topic: resize, call: images/resize, reply: resized}",
                        "permissions:",
                        "  - {allow: [subscribe, call], to: anyone}",
                        "web: {max-body-bytes: 2MiB}",
                        "history: {count: 5}")
                .load();
        try (Hub hub = config.applyTo(Hub.builder()).build()) {
            hub.start().join();
            assertThat(hub.listeners()).extracting(Listener::protocol).containsExactly("rpc", "ipc");
            hub.closeGracefully(Duration.ofSeconds(5)).join();
        }
    }

    @Test
    void jsonSchemaNamesEveryKey() {
        String schema = HubConfig.jsonSchema();
        assertThat(Schema.keys()).allSatisfy(key -> assertThat(schema).contains("\"" + key.name() + "\": {"));
    }
}
