package io.heliograph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {

    private static final Address LOCAL = new Address.Tcp("127.0.0.1", 5000);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8000",
                "LOCALHOST",
                "localhost.",
                "app.localhost:1",
                "127.0.0.1:8000",
                "127.9.9.9",
                "[::1]:8000",
                "[::1]"
            })
    void loopbackNameIsAllowed(String host) {
        assertThat(AllowedHosts.loopback().allows(host, LOCAL)).isTrue();
        assertThat(AllowedHosts.loopback().allows(host, new Address.Tcp("0:0:0:0:0:0:0:1", 1)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example:8000",
                "localhost.evil.example",
                "evil-localhost",
                "127.0.0.1.evil.example",
                "192.0.2.1",
                "[::2]",
                "localhost@evil.example",
                "localhost,evil.example",
                "localhost evil.example",
                "localhost:x",
                "[::1"
            })
    void otherHostIsRefusedOverLoopback(String host) {
        for (String peer : new String[] {"127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1"}) {
            assertThat(AllowedHosts.loopback().allows(host, new Address.Tcp(peer, 1)))
                    .isFalse();
        }
        assertThat(AllowedHosts.of("app.example").allows(host, LOCAL)).isFalse();
    }

    @Test
    void anyHostIsAllowedFromOtherMachinesAndOverSocketFiles() {
        AllowedHosts hosts = AllowedHosts.loopback();
        assertThat(hosts.allows("evil.example", new Address.Tcp("192.0.2.1", 1)))
                .isTrue();
        assertThat(hosts.allows("evil.example", new Address.Tcp("127.evil.example", 1)))
                .isTrue();
        assertThat(hosts.allows("evil.example", new Address.Unix(Path.of("/run/a.sock"))))
                .isTrue();
    }

    @Test
    void configuredNameIsAllowed() {
        AllowedHosts hosts = AllowedHosts.of("App.example", "[2001:db8::1]");
        assertThat(hosts.allows("app.EXAMPLE:8000", LOCAL)).isTrue();
        assertThat(hosts.allows("app.example.", LOCAL)).isTrue();
        assertThat(hosts.allows("[2001:DB8::1]:8000", LOCAL)).isTrue();
        assertThat(hosts.allows("localhost", LOCAL)).isTrue();
        assertThat(hosts.allows("sub.app.example", LOCAL)).isFalse();
        assertThat(hosts.and("more.example").allows("more.example", LOCAL)).isTrue();
        assertThat(hosts.and("more.example").allows("app.example", LOCAL)).isTrue();
        assertThat(AllowedHosts.of("a.example", "*").allows("evil.example", LOCAL))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "app.example:8000", "https://app.example", "a b", "*.example"})
    void invalidNameIsRejected(String name) {
        assertThatThrownBy(() -> AllowedHosts.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("allowedHosts: '" + name + "': ")
                .hasMessageContaining("expected");
    }
}
