package io.heliograph.cli;

import picocli.CommandLine.IVersionProvider;

/** Version of the program, from the manifest of the JAR file. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "helio "
                + (version == null ? "development" : version)
                + " (Java "
                + System.getProperty("java.version")
                + ")";
    }
}
