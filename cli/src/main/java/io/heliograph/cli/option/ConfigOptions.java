package io.heliograph.cli.option;

import io.heliograph.server.config.HubConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Sources of the configuration of a hub. */
public final class ConfigOptions {

    private static final String VARIABLE = "HELIO_CONFIG";
    private static final Path DEFAULT = Path.of("helio.yaml");

    @Option(
            order = 1,
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Configuration in YAML (default: the variable HELIO_CONFIG, or helio.yaml in this directory, if any).")
    @Nullable
    Path file;

    @Option(
            order = 1,
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Sets a key of the configuration, such as limits.max-connections=20000; may be repeated.")
    List<String> settings = new ArrayList<>();

    /** Returns the file, the environment and the options, which the command can override. */
    public HubConfig.Sources sources(CommandSpec spec) {
        HubConfig.Sources sources = HubConfig.sources().environment(System.getenv());
        Path selected = file();
        if (selected != null) {
            sources.file(selected);
        }
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new ParameterException(spec.commandLine(), "--set: '" + setting + "' (expected: PATH=VALUE)");
            }
            String path = setting.substring(0, equals);
            sources.set(path, setting.substring(equals + 1), "--set " + path);
        }
        return sources;
    }

    /** Returns the file, or null without one. */
    public @Nullable Path file() {
        String variable = System.getenv(VARIABLE);
        return file != null
                ? file
                : variable != null && !variable.isEmpty() ? Path.of(variable) : Files.exists(DEFAULT) ? DEFAULT : null;
    }
}
