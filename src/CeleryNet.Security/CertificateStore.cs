using System.IO.Enumeration;

namespace CeleryNet.Security;

/// <summary>Whom we trust, by what their messages call them. celery/security/certificate.py FSCertStore</summary>
internal sealed class CertificateStore
{
    private const string Option = "Celery:Security:CertificateStore";

    private readonly Dictionary<string, SignerCertificate> _signers = new(StringComparer.Ordinal);

    public IReadOnlyCollection<SignerCertificate> Signers => _signers.Values;

    /// <param name="path">A directory, or a path whose last part may be a pattern.</param>
    /// <param name="time">Tells what has expired.</param>
    /// <exception cref="CeleryConfigurationException">There is no certificate, or one that cannot be read, is there twice or has expired.</exception>
    public static CertificateStore Load(string path, TimeProvider time)
    {
        var store = new CertificateStore();
        foreach (var file in FindFiles(path))
        {
            store.Add(SignerCertificate.Load(file, Option), time);
        }

        return store._signers.Count > 0
            ? store
            : throw new CeleryConfigurationException($"{Option}: there is no file at '{path}'; a directory of certificates or a path such as 'certs/*.pem' would work.");
    }

    public SignerCertificate? Find(string id) => _signers.GetValueOrDefault(id);

    private void Add(SignerCertificate signer, TimeProvider time)
    {
        if (signer.IsExpired(time))
        {
            throw new CeleryConfigurationException($"{Option}: the certificate '{signer.File}' of '{signer.Id}' has expired on {signer.Expires:u}.");
        }

        if (!_signers.TryAdd(signer.Id, signer))
        {
            throw new CeleryConfigurationException(
                $"{Option}: the certificates '{_signers[signer.Id].File}' and '{signer.File}' have the same issuer and serial number: '{signer.Id}'.");
        }
    }

    // As the shell and Python's glob: hidden files are not taken, and neither are directories.
    private static IEnumerable<string> FindFiles(string path)
    {
        var isDirectory = Directory.Exists(path);
        var directory = isDirectory ? path : Path.GetDirectoryName(path);
        var pattern = isDirectory ? "*" : Path.GetFileName(path);
        if (directory is not null && directory.AsSpan().ContainsAny('*', '?') || pattern.AsSpan().ContainsAny('[', ']'))
        {
            throw new CeleryConfigurationException($"{Option}: only * and ?, and only in the last part of the path, stand for other characters; it was '{path}'.");
        }

        directory = string.IsNullOrEmpty(directory) ? "." : directory;
        return !Directory.Exists(directory)
            ? []
            : Directory.EnumerateFiles(directory)
                .Where(file => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file), ignoreCase: false)
                    && (!Path.GetFileName(file).StartsWith('.') || pattern.StartsWith('.')))
                .Order(StringComparer.Ordinal);
    }
}
