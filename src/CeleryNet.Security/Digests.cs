using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace CeleryNet.Security;

/// <summary>The hashes by the names that Celery's setting security_digest has for them, in any case.</summary>
internal static class Digests
{
    public static IEnumerable<string> Names => All.Select(digest => digest.Name);

    private static IEnumerable<(string Name, Func<IDigest> Create)> All =>
    [
        ("sha256", () => new Sha256Digest()),
        ("sha384", () => new Sha384Digest()),
        ("sha512", () => new Sha512Digest()),
        ("sha3_256", () => new Sha3Digest(256)),
        ("sha3_384", () => new Sha3Digest(384)),
        ("sha3_512", () => new Sha3Digest(512)),
    ];

    public static Func<IDigest>? Find(string name)
        => All.FirstOrDefault(digest => string.Equals(digest.Name, name, StringComparison.OrdinalIgnoreCase)).Create;
}
