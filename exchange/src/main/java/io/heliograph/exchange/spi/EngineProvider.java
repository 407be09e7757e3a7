package io.heliograph.exchange.spi;

import io.heliograph.exchange.Engine;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;

/** Creates engines for URLs. Providers are found by {@link ServiceLoader}. */
public interface EngineProvider {

    /** Returns the schemes of the URLs, such as {@code redis}. */
    Set<String> schemes();

    /**
     * Checks options. Does no I/O.
     *
     * @return creates an engine with the options
     * @throws IllegalArgumentException if an option is invalid
     */
    Supplier<Engine> prepare(EngineOptions options);

    /**
     * Checks options with the provider of their URL.
     *
     * @return creates an engine with the options
     * @throws IllegalArgumentException if an option is invalid, or no provider has the scheme of the URL
     */
    static Supplier<Engine> forUrl(EngineOptions options) {
        String scheme = null;
        try {
            URI uri = new URI(options.url());
            scheme = uri.getRawAuthority() == null ? null : uri.getScheme();
            if (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
                throw new IllegalArgumentException("url: '" + uri.getScheme()
                        + "://...' with a user or password (expected: the options user and password)");
            }
        } catch (URISyntaxException invalid) {
            // Reported below.
        }
        if (scheme == null) {
            throw new IllegalArgumentException("url: '" + options.url() + "' (expected: redis://HOST:PORT)");
        }
        for (EngineProvider provider :
                ServiceLoader.load(EngineProvider.class, EngineProvider.class.getClassLoader())) {
            if (provider.schemes().contains(scheme)) {
                return provider.prepare(options);
            }
        }
        throw new IllegalArgumentException(
                "url: '" + options.url() + "' has no engine (expected: redis or rediss, with the module"
                        + " heliograph-exchange-redis on the class path)");
    }
}
