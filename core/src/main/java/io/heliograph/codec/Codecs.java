package io.heliograph.codec;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** Registry of the codecs that modules provide. Each codec is loaded once. */
final class Codecs {

    private static final Map<String, Codec> loaded = new ConcurrentHashMap<>();

    private Codecs() {}

    static Codec named(String name) {
        return loaded.computeIfAbsent(name, Codecs::load);
    }

    private static Codec load(String name) {
        for (Codec codec : ServiceLoader.load(Codec.class, Codecs.class.getClassLoader())) {
            if (codec.name().equals(name)) {
                return codec;
            }
        }
        throw new IllegalStateException(
                "no codec '" + name + "' found (expected: the module heliograph-codec-" + name + " on the class path)");
    }
}
