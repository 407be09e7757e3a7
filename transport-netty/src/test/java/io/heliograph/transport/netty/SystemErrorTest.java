package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.ProtocolViolationException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SystemErrorTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void nativeErrorsAreRecognizedByNumber() {
        assertThat(Engine.choose(null)).isEqualTo(Engine.EPOLL); // which loads the library
        assertThat(SystemError.code(new NativeIoException("accept", -24))).isEqualTo("EMFILE");
        assertThat(SystemError.code(new NativeIoException("recv", -104))).isEqualTo("ECONNRESET");
        assertThat(SystemError.code(new NativeIoException("bind", -98))).isEqualTo("EADDRINUSE");
        assertThat(SystemError.code(new NativeIoException("bind", -1999))).isEmpty();
        // As a refused connection comes, in any language of the system.
        assertThat(SystemError.code(new ConnectException("connect(..) failed with error(-111): nein")))
                .isEqualTo("ECONNREFUSED");
    }

    @Test
    void jdkErrorsAreRecognizedByText() {
        assertThat(SystemError.code(new SocketException("Connection reset"))).isEqualTo("ECONNRESET");
        assertThat(SystemError.code(new IOException("Connection reset by peer")))
                .isEqualTo("ECONNRESET");
        assertThat(SystemError.code(new IOException("Broken pipe"))).isEqualTo("EPIPE");
        assertThat(SystemError.code(new BindException("Address already in use")))
                .isEqualTo("EADDRINUSE");
        assertThat(SystemError.code(new IOException("Too many open files in system")))
                .isEqualTo("ENFILE");
        assertThat(SystemError.code(new IOException("Too many open files"))).isEqualTo("EMFILE");
        assertThat(SystemError.code(new FileNotFoundException())).isEqualTo("ENOENT");
        assertThat(SystemError.code(new NoRouteToHostException())).isEqualTo("EHOSTUNREACH");
        assertThat(SystemError.code(new IOException("something else"))).isEmpty();
        assertThat(SystemError.code(new IOException())).isEmpty();
    }

    @Test
    void causesAreSearched() {
        var failure = SystemError.transport("connection to x", new ChannelException(new IOException("Broken pipe")));
        assertThat(failure)
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.code()).isEqualTo("EPIPE"))
                .hasMessage("connection to x: Broken pipe (EPIPE)");
    }

    @Test
    void ownExceptionsAreReturnedUnchanged() {
        var ours = new ProtocolViolationException("broken", null);
        assertThat(SystemError.transport("connection to x", ours)).isSameAs(ours);
        assertThat(SystemError.transport("x", new RuntimeException(ours))).isSameAs(ours);
    }

    @Test
    void failedAttemptNamesAddressAndAdvice() {
        UnreachableException failure = SystemError.unreachable(
                "unix:/run/a.sock", new Address.Unix(Path.of("/run/a.sock")), new FileNotFoundException());
        assertThat(failure)
                .hasMessage("unix:/run/a.sock: no such socket file;"
                        + " is the server running, and is the path right? (ENOENT)");
        assertThat(failure.unsent()).isTrue();
    }
}
