package io.heliograph.server.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The keys of the engine, without a module that has one. */
class EngineConfigTest {

    private static void assertError(Map<String, String> keys, String error) {
        HubConfig.Sources sources = HubConfig.sources();
        keys.forEach((path, value) -> sources.set(path, value, "--set " + path));
        assertThatThrownBy(sources::load).isInstanceOf(ConfigException.class).hasMessageContaining(error);
    }

    @Test
    void urlHasASchemeAndAHost() {
        for (String url : new String[] {"localhost", "redis:6379", "redis:", "://x", "redis://a b"}) {
            assertError(Map.of("engine.url", url), "engine.url: '" + url + "' (expected: redis://HOST:PORT)");
        }
    }

    @Test
    void missingEngineNamesItsModule() {
        assertError(
                Map.of("engine.url", "nats://localhost"),
                "engine.url: 'nats://localhost' has no engine (expected: redis or rediss, with the module"
                        + " heliograph-exchange-redis on the class path)");
    }

    @Test
    void passwordIsNotPartOfTheUrl() {
        assertError(
                Map.of("engine.url", "redis://user:secret@localhost"),
                "engine.url: 'redis://...' with a user or password (expected: the options user and password)");
    }

    @Test
    void otherKeysNeedAUrl() {
        assertError(Map.of("engine.user", "u"), "engine.user: without engine.url (expected: both)");
        assertError(
                Map.of("engine.url", "redis://h", "engine.node-ttl", "10ms"),
                "engine.node-ttl: '10ms' (expected: a duration");
        assertError(
                Map.of("engine.url", "redis://h", "engine.while-disconnected", "wait"),
                "engine.while-disconnected: 'wait' (expected: queue or fail");
    }
}
