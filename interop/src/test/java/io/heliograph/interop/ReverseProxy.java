package io.heliograph.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A reverse proxy of Debian in front of a port of this machine, which closes connections that are idle for one second. */
final class ReverseProxy implements AutoCloseable {

    /** The program, and its configuration with the ports %1$d (in front) and %2$d (behind). */
    enum Kind {
        NGINX("/usr/sbin/nginx", """
                daemon off;
                pid %3$s/nginx.pid;
                error_log stderr;
                events {}
                http {
                    access_log off;
                    client_body_temp_path %3$s/body;
                    proxy_temp_path %3$s/proxy;
                    fastcgi_temp_path %3$s/fastcgi;
                    uwsgi_temp_path %3$s/uwsgi;
                    scgi_temp_path %3$s/scgi;
                    server {
                        listen 127.0.0.1:%1$d;
                        location / {
                            proxy_pass http://127.0.0.1:%2$d;
                            proxy_http_version 1.1;
                            proxy_set_header Upgrade $http_upgrade;
                            proxy_set_header Connection upgrade;
                            proxy_set_header Host $http_host;
                            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                            proxy_read_timeout 1s;
                        }
                    }
                }
                """),
        HAPROXY("/usr/sbin/haproxy", """
                defaults
                    mode http
                    timeout connect 5s
                    timeout client 1s
                    timeout server 1s
                    timeout tunnel 1s
                    option forwardfor
                frontend front
                    bind 127.0.0.1:%1$d
                    default_backend back
                backend back
                    server server 127.0.0.1:%2$d
                """);

        private final Path program;
        private final String configuration;

        Kind(String program, String configuration) {
            this.program = Path.of(program);
            this.configuration = configuration;
        }
    }

    private final Kind kind;
    private final Path directory;
    private final int port;
    private @Nullable Process process;

    /** Starts a proxy of a port; {@code directory} holds its files. */
    ReverseProxy(Kind kind, Path directory, int target) {
        this.kind = kind;
        this.directory = directory;
        this.port = freePort();
        try {
            Files.writeString(
                    directory.resolve("configuration"), kind.configuration.formatted(port, target, directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    int port() {
        return port;
    }

    /** Starts the proxy, again after {@link #close}, on the same port. */
    void start() {
        String file = directory.resolve("configuration").toString();
        try {
            process = new ProcessBuilder(
                            kind == Kind.NGINX
                                    ? List.of(kind.program.toString(), "-p", directory.toString(), "-c", file)
                                    : List.of(kind.program.toString(), "-db", "-q", "-f", file))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + kind.program, e);
        }
        Awaitility.await(kind + " listens").until(this::accepts);
    }

    private boolean accepts() throws IOException {
        Process running = process;
        if (running != null && !running.isAlive()) {
            throw new AssertionError(kind + " has ended: " + Files.readString(directory.resolve("output")));
        }
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (ConnectException e) {
            return false;
        }
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the proxy with all of its connections. */
    @Override
    public void close() {
        Process running = process;
        if (running == null) {
            return;
        }
        running.descendants().forEach(ProcessHandle::destroyForcibly);
        running.destroyForcibly();
        try {
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError(kind + " does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
