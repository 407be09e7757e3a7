package io.heliograph.server.hub;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Commands of operators by name, such as {@code drain}. Thread-safe. */
public final class ManagementCommands {

    private final Map<String, ManagementCommand> commands = new ConcurrentHashMap<>();

    /** Returns a command, or null. */
    public @Nullable ManagementCommand find(String name) {
        return commands.get(name);
    }

    void add(String name, ManagementCommand command) {
        commands.put(name, command);
    }
}
