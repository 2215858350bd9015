import assert from 'node:assert/strict'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { certificateFacts, isClusterName, renewClient } from './certificate-folder.ts'
import { makeAuthority, issueServer } from './issue.ts'
import { ensureServerCertificate } from './server-certificate.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')
const dayMs = 86_400_000
const homes: string[] = []
const newHome = async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'quaywatch-certs-'))
  homes.push(home)
  return home
}
process.on('exit', () => homes.forEach((home) => rmSync(home, { recursive: true, force: true })))

describe('certificates', () => {
  it('the server certificate covers localhost, both loopback addresses and what was asked for', async () => {
    const made = await ensureServerCertificate(await newHome(), ['10.1.2.3', 'audit.example.org'], nowMs)
    const certificate = new X509Certificate(made.certificate)
    for (const ip of ['127.0.0.1', '::1', '10.1.2.3']) assert.equal(certificate.checkIP(ip), ip)
    for (const name of ['localhost', 'audit.example.org']) assert.equal(certificate.checkHost(name), name)
    assert.equal(certificate.checkHost('other.example.org'), undefined)
    assert.equal(certificate.ca, false)
    assert.ok(certificate.verify(new X509Certificate(made.authority).publicKey))
    assert.ok(certificate.checkPrivateKey(createPrivateKey(made.key)))
    assert.equal(made.notAfterMs, nowMs + 397 * dayMs)
  })

  it('keys are readable by their owner only', async () => {
    const home = await newHome()
    await ensureServerCertificate(home, [], nowMs)
    await renewClient(home, 'prod-eu', nowMs)
    for (const file of ['ca.key', 'server.key', 'clients/prod-eu.key'])
      assert.equal((await stat(path.join(home, 'etc/certs', file))).mode & 0o777, 0o600)
    assert.equal((await stat(path.join(home, 'etc/certs'))).mode & 0o777, 0o700)
  })

  it('a second start keeps the certificate; another name or the last 30 days make a new one', async () => {
    const home = await newHome()
    const first = await ensureServerCertificate(home, [], nowMs)
    assert.equal(
      (await ensureServerCertificate(home, [], nowMs + 366 * dayMs)).certificate,
      first.certificate,
    )
    const named = await ensureServerCertificate(home, ['10.9.9.9'], nowMs)
    assert.notEqual(named.certificate, first.certificate)
    const renewed = await ensureServerCertificate(home, [], nowMs + 368 * dayMs)
    assert.notEqual(renewed.certificate, named.certificate)
    assert.equal(new X509Certificate(renewed.certificate).checkIP('10.9.9.9'), '10.9.9.9')
    assert.equal(renewed.authority, first.authority)
  })

  it("a certificate of the operator's own authority is left alone and missing names are told", async () => {
    const home = await newHome()
    await ensureServerCertificate(home, [], nowMs)
    const company = await makeAuthority({ commonName: 'Company CA', organization: 'x' }, nowMs)
    const own = await issueServer(company, ['audit.example.org'], nowMs)
    await writeFile(path.join(home, 'etc/certs/server.pem'), own.certificate)
    await writeFile(path.join(home, 'etc/certs/server.key'), own.key)
    const used = await ensureServerCertificate(home, ['10.9.9.9'], nowMs)
    assert.equal(used.certificate, own.certificate)
    assert.deepEqual(used.missing, ['10.9.9.9'])
  })

  it('two processes that start at once end with one authority', async () => {
    const home = await newHome()
    const both = await Promise.all([1, 2].map(() => ensureServerCertificate(home, [], nowMs)))
    assert.equal(both[0]?.authority, both[1]?.authority)
    const kept = new X509Certificate(await readFile(path.join(home, 'etc/certs/server.pem')))
    assert.ok(kept.verify(new X509Certificate(both[0]?.authority ?? '').publicKey))
  })

  it('a client certificate names its cluster and is for clients only', async () => {
    const { certificate } = await renewClient(await newHome(), 'prod-eu', nowMs)
    assert.equal(certificateFacts(certificate).subject, 'CN=prod-eu, O=quaywatch:kube-audit')
    assert.deepEqual(new X509Certificate(certificate).keyUsage, ['1.3.6.1.5.5.7.3.2'])
  })

  for (const name of ['', '..', '.hidden', 'a/b', 'a\\b', 'a\n', 'x'.repeat(64), 'CN=x', '-a'])
    it(`${JSON.stringify(name)} is no cluster name`, async () => {
      assert.equal(isClusterName(name), false)
      await assert.rejects(renewClient('/nonexistent', name, nowMs), /is not a cluster name/)
    })
  for (const name of ['a', 'prod-eu', 'k3s.local_1', '9'])
    it(`${JSON.stringify(name)} is a cluster name`, () => assert.equal(isClusterName(name), true))
})
