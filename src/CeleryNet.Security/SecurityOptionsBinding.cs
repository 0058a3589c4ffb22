using CeleryNet.Extensibility;
using Microsoft.Extensions.Configuration;

namespace CeleryNet.Security;

/// <summary>Binds the options to the configuration section <c>Celery:Security</c> and to Celery's own settings.</summary>
internal sealed class SecurityOptionsBinding(IConfiguration root) : CeleryOptionsBinding(root, "Celery:Security")
{
    public void Bind(CelerySecurityOptions options)
    {
        Text("Key", "security_key", value => options.Key = value);
        Text("KeyPassword", "security_key_password", value => options.KeyPassword = value);
        Text("Certificate", "security_certificate", value => options.Certificate = value);
        Text("CertificateStore", "security_cert_store", value => options.CertificateStore = value);
        Text("Digest", "security_digest", value => options.Digest = value);
        Text("Serializer", null, value => options.Serializer = value);
        List("AcceptedSerializers", null, values => options.AcceptedSerializers = [.. values]);
        Word<SignatureLayout>("Layout", null, value => options.Layout = value);
    }
}
