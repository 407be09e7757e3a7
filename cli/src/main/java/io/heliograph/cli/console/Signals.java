package io.heliograph.cli.console;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Signals of the operating system, by reflection, because the JDK has no supported interface for them. */
public final class Signals {

    private Signals() {}

    /** Installs the action of SIGHUP. Without this signal, as on Windows, the action never runs. */
    public static void onHangup(Runnable action) {
        handle("HUP", action);
    }

    /** Installs the action of SIGINT and SIGTERM, in place of the end of the JVM. */
    public static void onEnd(Runnable action) {
        handle("INT", action);
        handle("TERM", action);
    }

    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object run = Proxy.newProxyInstance(
                    handler.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, args) -> switch (method.getName()) {
                        case "handle" -> {
                            action.run();
                            yield null;
                        }
                        default -> "SIG" + name;
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            handle.invoke(null, signal.getConstructor(String.class).newInstance(name), run);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // The signal keeps its effect.
        }
    }
}
